import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContainerEngine } from "./container-engine.ts";
import { type EngineTls, engineEndpoint } from "./find-endpoint.ts";

let folder: string;
let server: Server | SecureServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "container-engine-"));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
  server = undefined;
  await rm(folder, { recursive: true });
});

/** An engine that answers with `handler`; its address on a socket, or on a port. */
async function listen(handler: RequestListener, on: "socket" | "port" = "socket"): Promise<string> {
  const socket = join(folder, "docker.sock");
  server = createServer(handler);
  await new Promise<void>((done) =>
    on === "socket" ? server?.listen(socket, done) : server?.listen(0, "127.0.0.1", done),
  );
  return on === "socket" ? `unix://${socket}` : `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connect = (DOCKER_HOST: string, signal?: AbortSignal) =>
  ContainerEngine.connect({ env: { DOCKER_HOST }, signal });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

describe.each(["socket", "port"] as const)("ContainerEngine on a %s", (on) => {
  it("pings, and tells the version", async () => {
    const host = await listen((request, response) => {
      if (request.url === "/_ping") response.writeHead(200, { "Api-Version": "1.41" }).end("OK");
      else response.end(JSON.stringify({ Version: "20.10.24", ApiVersion: "1.41", Os: "linux", Arch: "amd64" }));
    }, on);
    const engine = await connect(host);
    expect(await engine.ping()).toEqual({ apiVersion: "1.41" });
    const version = { product: "other", version: "20.10.24", apiVersion: "1.41", os: "linux", architecture: "amd64" };
    expect(await engine.version()).toEqual(version);
    await expect.poll(() => connections()).toBe(0);
  });

  it.each([
    ["Engine", "docker"],
    ["Podman Engine", "podman"],
    [undefined, "other"],
  ])("knows an engine that calls itself %s", async (Name, product) => {
    const host = await listen((_request, response) => {
      response.end(JSON.stringify({ Version: "5.0.0", Components: Name === undefined ? null : [{ Name }] }));
    }, on);
    expect((await (await connect(host)).version()).product).toBe(product);
  });

  it("sends an archive, and reads the answer to its end", async () => {
    const seen: unknown[] = [];
    const host = await listen(async (request, response) => {
      seen.push(request.method, request.url, request.headers["content-type"], await bodyOf(request));
      response.end('{"stream":"Loaded image: app:1"}\n');
    }, on);
    await (await connect(host)).loadImage(Readable.from([Buffer.from("one"), Buffer.from("two")]));
    expect(seen).toEqual(["POST", "/images/load", "application/x-tar", "onetwo"]);
    await expect.poll(() => connections()).toBe(0);
  });
});

async function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server?.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

describe("what the engine is asked", () => {
  async function asked(call: (engine: ContainerEngine) => Promise<unknown>, answer = "{}"): Promise<string[]> {
    const requests: string[] = [];
    const host = await listen((request, response) => {
      requests.push(`${request.method} ${decodeURIComponent(request.url ?? "")}`);
      response.end(answer);
    });
    await call(await connect(host));
    return requests;
  }

  it.each([
    ["app", "POST /images/create?fromImage=docker.io/library/app&tag=latest"],
    ["localhost:5000/team/app:1", "POST /images/create?fromImage=localhost:5000/team/app&tag=1"],
    [`x.io/app:1@sha256:${"a".repeat(64)}`, `POST /images/create?fromImage=x.io/app&tag=sha256:${"a".repeat(64)}`],
  ])("to pull %s", async (reference, expected) => {
    expect(await asked((engine) => engine.pullImage(reference))).toEqual([expected]);
  });

  it("to push, and hears of the digest", async () => {
    let digest: string | undefined;
    const push = async (engine: ContainerEngine) => {
      digest = await engine.pushImage("localhost:5000/app:1");
    };
    expect(await asked(push, '{"status":"x"}\n{"aux":{"Tag":"1","Digest":"sha256:2","Size":3}}\n')).toEqual([
      "POST /images/localhost:5000/app/push?tag=1",
    ]);
    expect(digest).toBe("sha256:2");
  });

  it("to tag, inspect and remove", async () => {
    const image = '{"Id":"sha256:1","Os":"linux","Architecture":"arm64","Variant":"v8","RepoTags":["a:1"]}';
    const all = async (engine: ContainerEngine) => {
      await engine.tagImage("app:1", "localhost:5000/app:2");
      const described = {
        id: "sha256:1",
        os: "linux",
        architecture: "arm64",
        variant: "v8",
        tags: ["a:1"],
        digests: [],
      };
      expect(await engine.inspectImage("team/app:1")).toEqual(described);
      expect(await engine.removeImage("app:1")).toBe(true);
    };
    expect(await asked(all, image)).toEqual([
      "POST /images/app:1/tag?repo=localhost:5000/app&tag=2",
      "GET /images/team/app:1/json",
      "DELETE /images/app:1",
    ]);
  });
});

describe("TLS", () => {
  it("shows its certificate, and believes only the authority of the endpoint", async () => {
    const [cert, key] = ["server.pem", "server.key"].map((name) => join(folder, name));
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key as string, "-out", cert as string], {
      stdio: "ignore",
    });
    const pem = { cert: readFileSync(cert as string, "utf8"), key: readFileSync(key as string, "utf8") };
    const secure = createSecureServer({ ...pem, ca: pem.cert, requestCert: true }, (request, response) =>
      response.writeHead((request.socket as TLSSocket).authorized ? 200 : 401).end("OK"),
    );
    server = secure;
    await new Promise<void>((done) => secure.listen(0, "127.0.0.1", done));
    const DOCKER_HOST = `tcp://127.0.0.1:${(secure.address() as AddressInfo).port}`;
    const ping = async (tls: EngineTls) => {
      const endpoint = { ...(await engineEndpoint({ DOCKER_HOST })), tls };
      return (await ContainerEngine.connect({ endpoint })).ping();
    };
    await expect(ping({ ...pem, ca: pem.cert, verify: true })).resolves.toEqual({ apiVersion: undefined });
    await expect(ping({ ...pem, verify: true })).rejects.toMatchObject({ code: "E_DAEMON", message: /self-signed/ });
    await expect(ping({ ...pem, verify: false })).resolves.toBeDefined();
    await expect(ping({ cert: "none", verify: true })).rejects.toMatchObject({ code: "E_DAEMON", message: /PEM/ });
    await expect(ping({ verify: false })).rejects.toMatchObject({ code: "E_DAEMON", message: /status 401/ });
  });
});

describe("what can go wrong", () => {
  it("takes the engine's 404 alone for an image that is not there", async () => {
    const host = await listen((_, response) => response.writeHead(404).end('{"message":"No such image"}'));
    const engine = await connect(host);
    expect(await engine.inspectImage("app:1")).toBeUndefined();
    expect(await engine.removeImage("app:1")).toBe(false);
    await expect(engine.tagImage("app:1", "app:2")).rejects.toMatchObject({
      code: "E_DAEMON",
      message: /No such image/,
    });
    server?.removeAllListeners("request").on("request", (_, response) => response.writeHead(404).end("<html>"));
    await expect(engine.inspectImage("app:1")).rejects.toMatchObject({ code: "E_DAEMON", message: /status 404/ });
  });

  it.each([
    ["loading", (engine: ContainerEngine) => engine.loadImage(Readable.from([Buffer.from("x")]))],
    ["pulling", (engine: ContainerEngine) => engine.pullImage("localhost:5000/app:1")],
    ["pushing", (engine: ContainerEngine) => engine.pushImage("localhost:5000/app:1")],
  ])("%s fails for an error told after status 200, and for another status", async (_, call) => {
    const host = await listen((request, response) => {
      request.resume();
      response.write('{"status":"begun"}\n');
      response.end('{"errorDetail":{"message":"no space left"},"error":"no space left"}\n');
    });
    await expect(call(await connect(host))).rejects.toMatchObject({ code: "E_DAEMON", message: /no space left/ });
    server?.removeAllListeners("request").on("request", (request, response) => {
      request.resume();
      response.writeHead(500).end('{"message":"denied"}');
    });
    await expect(call(await connect(host))).rejects.toMatchObject({
      code: "E_DAEMON",
      message: /denied \(status 500\)/,
    });
  });

  it("names address and source where nothing listens", async () => {
    const engine = await connect(`unix://${folder}/none.sock`);
    await expect(engine.ping()).rejects.toMatchObject({
      code: "E_DAEMON",
      message: /none\.sock \(DOCKER_HOST\).*ENOENT/,
    });
    const archive = createReadStream(new URL(import.meta.url));
    await expect(engine.loadImage(archive)).rejects.toMatchObject({ code: "E_DAEMON", message: /ENOENT/ });
    expect(archive.destroyed).toBe(true);
  });

  it("gives up on an engine that is silent", async () => {
    const engine = await connect(await listen(() => {}));
    await expect(engine.ping()).rejects.toMatchObject({ code: "E_DAEMON", message: /silent for 5 s/ });
  });

  it("says that the engine closed the connection in the middle", async () => {
    const host = await listen((_, response) => {
      response.write('{"status":"begun"}\n', () => response.destroy());
    });
    const engine = await connect(host);
    await expect(engine.pullImage("app")).rejects.toMatchObject({ code: "E_DAEMON", message: /closed the connection/ });
  });

  it("takes no answer without an end", async () => {
    const host = await listen((_, response) => {
      const more = () => response.write(Buffer.alloc(1024 * 1024), (error) => error ?? more());
      more();
    });
    await expect((await connect(host)).ping()).rejects.toMatchObject({ code: "E_DAEMON", message: /too long/ });
    await expect.poll(() => connections()).toBe(0);
  });

  it("throws what reading the archive throws", async () => {
    const host = await listen(
      (request, response) =>
        void bodyOf(request).then(
          () => response.end(),
          () => {},
        ),
    );
    const archive = Readable.from(
      (async function* () {
        yield Buffer.from("begun");
        throw new Error("the layer is not there");
      })(),
    );
    await expect((await connect(host)).loadImage(archive)).rejects.toThrow("the layer is not there");
    const missing = createReadStream(join(folder, "none.tar"));
    await expect((await connect(host)).loadImage(missing)).rejects.toMatchObject({ code: "ENOENT" });
    const ended = new Readable({ read: () => {} });
    ended.destroy();
    await once(ended, "close");
    await expect((await connect(host)).loadImage(ended)).rejects.toMatchObject({ message: /ended early/ });
    const failed = new Readable({ read: () => {} }).once("error", () => {});
    failed.destroy(new Error("it failed before"));
    await new Promise((done) => failed.once("close", done));
    await expect((await connect(host)).loadImage(failed)).rejects.toThrow("it failed before");
    await expect.poll(() => connections()).toBe(0);
  });

  it("stops reading the archive when the engine refuses it early", async () => {
    const host = await listen((_, response) => response.writeHead(500).end('{"message":"no"}'));
    const archive = new Readable({ read: () => {} });
    archive.push("begun");
    await expect((await connect(host)).loadImage(archive)).rejects.toMatchObject({ code: "E_DAEMON", message: /no/ });
    expect(archive.destroyed).toBe(true);
  });

  it.each([
    ["asking", (engine: ContainerEngine) => engine.ping()],
    ["loading", (engine: ContainerEngine) => engine.loadImage(new Readable({ read: () => {} }))],
    ["pulling", (engine: ContainerEngine) => engine.pullImage("app")],
  ])("stops %s when cancelled, before and in the middle", async (_, call) => {
    const host = await listen((_, response) => response.write('{"status":"begun"}\n'));
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(100)]) {
      await expect(call(await connect(host, signal))).rejects.toMatchObject({ code: "E_ABORTED" });
    }
    await expect.poll(() => connections()).toBe(0);
  });
});
