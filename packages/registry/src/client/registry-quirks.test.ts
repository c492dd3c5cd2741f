import { request as httpRequest } from "node:http";
import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { fixedCredentials, quickClient, rawServer } from "../fixtures/quick-client.ts";
import { bytesOf, failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { copyImage } from "../image/copy-image.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { readImage } from "../image/read-image.ts";

describe("HEAD is refused and GET decides", () => {
  it.each([202, 204, 206, 400, 403, 405, 406, 410, 415, 501])("by %i, of manifests and of blobs", async (status) => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "HEAD *", do: { status } }]);
    const repository = quickClient().repository(`${proxy.host}/a`);
    expect(await repository.headManifest("1")).toBeUndefined();
    const { digest } = await pushImage(repository, tinyImage(), { tag: "1" });
    expect(await repository.headManifest("1")).toMatchObject({ digest });
  });
});

describe("answers that are out of the ordinary, and right", () => {
  it.each([200, 202, 204])("%i to PUT, an empty Docker-Content-Digest", async (status) => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [
      { match: "*", do: { headers: { "docker-content-digest": "" } } },
    ]);
    const repository = quickClient().repository(`${proxy.host}/a`);
    const { digest } = await pushImage(repository, tinyImage(), { tag: "1" });
    expect((await repository.getManifest("1")).digest).toBe(digest);
    proxy.script([{ match: "PUT *", do: { status, headers: { "docker-content-digest": "" } } }]);
    await pushImage(repository, tinyImage(), { tag: "2" });
  });
});

it("an answer that node:http drops, 101, is a broken connection", async () => {
  await using server = await rawServer((request) => {
    request.socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
  });
  const { code, details } = await failureOf(quickClient().repository(`${server.host}/a`).getManifest("1"));
  expect({ code, reason: details.reason }).toEqual({ code: "E_REGISTRY_UNREACHABLE", reason: "reset" });
});

it("servers are asked not to compress, in manifests, tokens, blobs and uploads", async () => {
  const asked = new Map<string, unknown>();
  await using server = await startRegistry();
  await using proxy = await rawServer((request, response) => {
    asked.set(`${request.method} ${request.url?.split("/")[3] ?? request.url}`, request.headers["accept-encoding"]);
    if (request.url?.startsWith("/token")) response.end('{"token":"t"}');
    else if (request.headers.authorization === undefined)
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://${request.headers.host}/token"` }).end();
    else {
      const { host, authorization, ...headers } = request.headers;
      const { method, url } = request;
      const passed = httpRequest(`${server.url}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    }
  });
  const repository = quickClient().repository(`${proxy.host}/a`);
  const layer = tinyLayer();
  await repository.putBlob(layer.descriptor, layer.open);
  await bytesOf(repository.getBlob(layer.descriptor));
  await pushImage(repository, tinyImage(), { tag: "1" });
  await repository.getManifest("1");
  expect(asked.size).toBeGreaterThan(4);
  expect([...new Set(asked.values())]).toEqual(["identity"]);
});

describe("a registry that takes no OCI manifests", () => {
  it("says which option helps, and takes docker's then", async () => {
    const layer = tinyLayer();
    await using server = await startRegistry();
    const isOci = /^application\/vnd\.oci\./;
    await using proxy = await rawServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
      if (isOci.test(headers["content-type"] ?? "")) return response.writeHead(415).end();
      const body = ["GET", "HEAD"].includes(request.method ?? "") ? {} : { body: Buffer.concat(chunks) };
      const init = { method: request.method ?? "", headers: headers as Record<string, string>, ...body };
      const answer = await fetch(`${server.url}${request.url}`, init);
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes);
    });
    const repository = quickClient().repository(`${proxy.host}/a`);
    const image = tinyImage([tinyLayer(), layer]);
    const error = await failureOf(pushImage(repository, image, { tag: "1" }));
    expect(error).toMatchObject({ code: "E_REGISTRY", details: { status: 415 } });
    expect(error.hint).toContain("manifestFormat");
    const entry = await pushImage(repository, image, { manifestFormat: "docker" });
    await pushIndex(repository, [entry], { tag: "1", manifestFormat: "docker" });
    const index = await repository.getManifest("1");
    expect(index.mediaType).toBe(MEDIA_TYPES.dockerIndex);
    const read = await readImage(repository, "1", { os: "linux", architecture: "amd64" });
    expect(read.manifest).toMatchObject({
      mediaType: MEDIA_TYPES.dockerManifest,
      config: { mediaType: MEDIA_TYPES.dockerConfig },
      layers: [{ mediaType: MEDIA_TYPES.dockerLayerGzip }, { mediaType: MEDIA_TYPES.dockerLayerGzip }],
    });
  });
});

describe("chunked uploads", () => {
  const layer = tinyLayer(1_000_000);
  const sent = (exchanges: { method: string; headers: Record<string, unknown> }[], method: string) =>
    exchanges.filter((one) => one.method === method).map(({ headers }) => Number(headers["content-length"]));

  it("by option, at least as large as the registry asks for", async () => {
    await using server = await startRegistry({ quirks: { chunkMinLength: 300_000 } });
    await quickClient({ chunkSize: 200_000 }).repository(`${server.host}/a`).putBlob(layer.descriptor, layer.open);
    expect(sent(server.exchanges, "PATCH")).toEqual([300_000, 300_000, 300_000]);
    expect(sent(server.exchanges, "PUT")).toEqual([100_000]);
    expect(await bytesOf(quickClient().repository(`${server.host}/a`).getBlob(layer.descriptor))).toEqual(layer.bytes);
  });

  it("after 413, in ever smaller pieces, the source read once more for each", async () => {
    await using server = await startRegistry();
    const limit = 300_000;
    await using proxy = await rawServer((request, response) => {
      const tooLarge = Number(request.headers["content-length"] ?? 0) > limit;
      const target = `${server.url}${request.url}`;
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", async () => {
        if (tooLarge) return response.writeHead(413).end("too large");
        const { host: _host, connection: _connection, ...headers } = request.headers as Record<string, string>;
        const body = ["GET", "HEAD"].includes(request.method ?? "") ? {} : { body: Buffer.concat(chunks) };
        delete headers["content-length"];
        const answer = await fetch(target, { method: request.method ?? "", headers, ...body });
        response
          .writeHead(answer.status, Object.fromEntries(answer.headers))
          .end(Buffer.from(await answer.arrayBuffer()));
      });
    });
    const repository = quickClient().repository(`${proxy.host}/a`);
    const opened = tinyLayer(1_000_000);
    await repository.putBlob(opened.descriptor, opened.open);
    expect(await bytesOf(quickClient().repository(`${server.host}/a`).getBlob(opened.descriptor))).toEqual(
      opened.bytes,
    );
    expect(opened.opened).toBeLessThan(5);
    expect(Math.max(...sent(server.exchanges, "PATCH"))).toBeLessThanOrEqual(limit);
  });

  it("a chunk that breaks is sent again from where the registry stands", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "PATCH *", nth: 2, do: { resetAt: 100_000 } }]);
    await quickClient({ chunkSize: 400_000 }).repository(`${proxy.host}/a`).putBlob(layer.descriptor, layer.open);
    expect(await bytesOf(quickClient().repository(`${server.host}/a`).getBlob(layer.descriptor))).toEqual(layer.bytes);
  });

  it("a token that expires between chunks is renewed", async () => {
    const users = { me: "s3cret" };
    await using server = await startRegistry({ auth: { type: "bearer", users, tokenUses: 2 } });
    const credentials = fixedCredentials({ [server.host]: { kind: "basic", username: "me", password: "s3cret" } });
    const repository = quickClient({ credentials, chunkSize: 200_000 }).repository(`${server.host}/a`);
    await repository.putBlob(layer.descriptor, layer.open);
    expect(await bytesOf(repository.getBlob(layer.descriptor))).toEqual(layer.bytes);
  });

  it("refuses a registry that never has more", async () => {
    await using server = await rawServer((request, response) => {
      request.resume().on("end", () => {
        if (request.method === "HEAD") return response.writeHead(404).end();
        response.writeHead(202, { location: "/v2/a/up", range: "0-9" }).end();
      });
    });
    const small = tinyLayer(100);
    const repository = quickClient({ chunkSize: 20 }).repository(`${server.host}/a`);
    expect(await failureOf(repository.putBlob(small.descriptor, small.open))).toMatchObject({ code: "E_REGISTRY" });
  });
});

describe("401 in the middle of a large upload", () => {
  async function refusing(times: number) {
    const layer = tinyLayer(30_000_000);
    let refused = 0;
    let stored: number | undefined;
    const server = await rawServer((request, response) => {
      const realm = `http://${request.headers.host}/token`;
      if (request.url?.startsWith("/token")) return response.end(JSON.stringify({ token: `t${refused}` }));
      if (request.headers.authorization === undefined || (request.method === "PUT" && refused < times)) {
        if (request.method === "PUT") refused++;
        response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"`, connection: "close" });
        // Answered and hung up on before the body was read.
        return response.end(() => request.method === "PUT" && request.socket.destroy());
      }
      let size = 0;
      request.on("data", (chunk) => {
        size += chunk.length;
      });
      request.on("end", () => {
        if (request.method === "HEAD") return response.writeHead(stored === undefined ? 404 : 200).end();
        if (request.method === "POST") return response.writeHead(202, { location: "/v2/a/up" }).end();
        if (request.method === "GET") return response.writeHead(404).end();
        stored = size;
        response.writeHead(201).end();
      });
    });
    return { server, layer, stored: () => stored };
  }

  it("fetches a new token and goes on", async () => {
    const { server, layer, stored } = await refusing(1);
    await using host = server;
    await quickClient().repository(`${host.host}/a`).putBlob(layer.descriptor, layer.open);
    expect(stored()).toBe(layer.bytes.length);
  });

  it("ends as E_REGISTRY_AUTH when the new one is refused, too", async () => {
    const { server, layer } = await refusing(1000);
    await using host = server;
    const error = await failureOf(quickClient().repository(`${host.host}/a`).putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({ code: "E_REGISTRY_AUTH" });
  });
});

describe("a blob that is answered with something else", () => {
  const layer = tinyLayer(1000);
  it.each<[string, Record<string, string>, string | Uint8Array]>([
    ["a login page", { "content-type": "text/html", "content-length": "20" }, "<html>log in</html>!"],
    ["a page without a length", { "content-type": "text/html" }, "<html>log in</html>"],
    ["nothing", { "content-length": "0" }, ""],
    ["nothing, without a length", {}, ""],
    ["other bytes of the right length", { "content-length": "1000" }, Buffer.alloc(1000)],
    ["a compressed answer", { "content-encoding": "gzip", "content-length": "300" }, Buffer.alloc(300)],
    ["a compressed answer without a length", { "content-encoding": "gzip" }, Buffer.alloc(2000)],
    ["an invalid length", { "content-length": "1000", "content-range": "x" }, Buffer.alloc(10)],
  ])("is told and ends nothing else: %s", async (_name, headers, body) => {
    await using server = await rawServer((request, response) => {
      response.writeHead(200, headers);
      response.write(body);
      // A server that promises more than it sends hangs up.
      if (Number(headers["content-length"] ?? 0) > body.length) setTimeout(() => request.socket.destroy(), 5);
      else response.end();
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("uncaughtException", note);
    process.on("unhandledRejection", note);
    const repository = quickClient().repository(`${server.host}/a`);
    const error = await failureOf(bytesOf(repository.getBlob(layer.descriptor)));
    expect(["E_DIGEST_MISMATCH", "E_REGISTRY", "E_REGISTRY_UNREACHABLE"]).toContain(error.code);
    expect(error.message).toContain(`${server.host}/a`);
    const sink = quickClient().repository(`${server.host}/b`);
    await failureOf(copyImage(repository, "1", sink, {}));
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("uncaughtException", note);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("one whose reader leaves early ends nothing, either", async () => {
    await using server = await startRegistry();
    const large = tinyLayer(2_000_000);
    const repository = quickClient().repository(`${server.host}/a`);
    await repository.putBlob(large.descriptor, large.open);
    for await (const _chunk of repository.getBlob(large.descriptor)) break;
    expect(await repository.hasBlob(large.descriptor)).toBe(true);
  });
});
