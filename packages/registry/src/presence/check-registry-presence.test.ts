import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { fixedCredentials, quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage } from "../fixtures/tiny-image.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { checkRegistryPresence } from "./check-registry-presence.ts";

const client = quickClient();
const check = (reference: string, platforms = ["linux/amd64"], using = client) =>
  checkRegistryPresence(reference, platforms, { client: using });

describe("present and absent (C.4 29)", () => {
  it("knows a single image by its config's platform", async () => {
    await using server = await startRegistry();
    const name = `${server.host}/a`;
    expect(await check(`${name}:1`)).toEqual({ status: "absent" });
    const { digest } = await pushImage(client.repository(name), tinyImage(undefined, "linux/arm64/v8"), { tag: "1" });
    expect(await check(`${name}:1`, ["linux/arm64"])).toEqual({
      status: "present",
      digest,
      platforms: ["linux/arm64"],
    });
    expect(await check(`${name}:1`, ["linux/amd64"])).toEqual({ status: "absent", missing: ["linux/amd64"], digest });
    expect(await check(`${name}@${digest}`, ["linux/arm64"])).toMatchObject({ status: "present" });
  });

  it("an index must hold every platform; attestations do not count", async () => {
    await using server = await startRegistry();
    const repository = client.repository(`${server.host}/a`);
    const amd64 = await pushImage(repository, tinyImage());
    const other = await pushImage(repository, tinyImage());
    const attestation = {
      ...other,
      platform: { os: "unknown", architecture: "unknown" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": amd64.digest },
    };
    const { digest } = await pushIndex(repository, [amd64, attestation], { tag: "1" });
    expect(await check(`${repository.name}:1`)).toEqual({ status: "present", digest, platforms: ["linux/amd64"] });
    expect(await check(`${repository.name}:1`, ["linux/amd64", "linux/arm64"])).toEqual({
      status: "absent",
      missing: ["linux/arm64"],
      digest,
    });
  });

  it("what a digest stands for is read once, and a tag that moves to another is read again", async () => {
    await using server = await startRegistry();
    const repository = client.repository(`${server.host}/a`);
    const known = new Map<string, readonly string[]>();
    const memory = {
      get: async (digest: string) => known.get(digest),
      set: async (digest: string, platforms: readonly string[]) => void known.set(digest, platforms),
    };
    const ask = async (platforms: string[]) => {
      const before = server.exchanges.length;
      const presence = await checkRegistryPresence(`${repository.name}:1`, platforms, { client, memory });
      return { presence, requests: server.exchanges.slice(before).map(({ method }) => method) };
    };
    const first = await pushImage(repository, tinyImage(), { tag: "1" });
    expect((await ask(["linux/amd64"])).requests).toEqual(["HEAD", "GET", "GET"]);
    const present = { status: "present", digest: first.digest, platforms: ["linux/amd64"] };
    expect(await ask(["linux/amd64"])).toEqual({ presence: present, requests: ["HEAD"] });
    const absent = { status: "absent", digest: first.digest, missing: ["linux/arm64"] };
    expect(await ask(["linux/arm64"])).toEqual({ presence: absent, requests: ["HEAD"] });
    await pushImage(repository, tinyImage(undefined, "linux/arm64"), { tag: "1" });
    expect(await ask(["linux/arm64"])).toMatchObject({
      presence: { status: "present" },
      requests: ["HEAD", "GET", "GET"],
    });
    server.repositories.get("a")?.tags.delete("1");
    expect(await ask(["linux/arm64"])).toEqual({ presence: { status: "absent" }, requests: ["HEAD"] });
  });

  it("a registry without HEAD is asked by GET", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "HEAD *", do: { status: 405 } }]);
    await pushImage(client.repository(`${server.host}/a`), tinyImage(), { tag: "1" });
    expect(await check(`${proxy.host}/a:1`)).toMatchObject({ status: "present" });
  });

  it("a mirror is not asked: what is pushed is not there", async () => {
    await using server = await startRegistry();
    const mirrored = quickClient({ mirrors: { [server.host]: "localhost:1" } });
    expect(await check(`${server.host}/a:1`, undefined, mirrored)).toEqual({ status: "absent" });
  });
});

describe("a registry that does not show what is not there yet", () => {
  /** Answers by the action of the token; `rules` says what reading gets for it. */
  async function guarded(rules: { pull: number; push: number; upload: number }) {
    const asked: string[] = [];
    const server = await rawServer((request, response) => {
      const url = new URL(request.url ?? "", `http://${request.headers.host}`);
      if (url.pathname === "/token") {
        const scope = url.searchParams.get("scope") ?? "";
        return response.end(JSON.stringify({ token: scope.endsWith(":pull,push") ? "push" : "pull" }));
      }
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
      const challenge = { "www-authenticate": `Bearer realm="http://${request.headers.host}/token"` };
      if (token === undefined) return response.writeHead(401, challenge).end();
      asked.push(`${request.method} ${token}`);
      if (request.method === "DELETE") return response.writeHead(204).end();
      const shown = token === "push" ? rules.push : rules.pull;
      const status = request.method === "POST" ? rules.upload : shown;
      response
        .writeHead(status, { ...challenge, ...(status === 202 ? { location: "/v2/a/blobs/uploads/x" } : {}) })
        .end();
    });
    return { server, asked };
  }
  const ask = (host: string, willPush: boolean) =>
    checkRegistryPresence(`${host}/a:1`, ["linux/amd64"], { client: quickClient(), willPush });

  it.each([401, 403])("%i to pull is asked again with the right to push, when it will push", async (pull) => {
    const { server, asked } = await guarded({ pull, push: 404, upload: 202 });
    await using host = server;
    expect(await ask(host.host, false)).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY_AUTH" } });
    expect(asked.some((line) => line.endsWith("push"))).toBe(false);
    expect(await ask(host.host, true)).toEqual({ status: "absent" });
  });

  it("asks with pull alone where that is answered", async () => {
    const { server, asked } = await guarded({ pull: 404, push: 404, upload: 202 });
    await using host = server;
    expect(await ask(host.host, true)).toEqual({ status: "absent" });
    expect(asked).toEqual(["HEAD pull"]);
  });

  it("403 to both is settled by opening an upload, which is given up", async () => {
    const { server, asked } = await guarded({ pull: 403, push: 403, upload: 202 });
    await using host = server;
    // Unknown, though not for lack of rights: a build continues.
    expect(await ask(host.host, true)).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY" } });
    expect(asked.slice(-2)).toEqual(["POST push", "DELETE push"]);
  });

  it("who may not push either is told so", async () => {
    const { server } = await guarded({ pull: 403, push: 403, upload: 403 });
    await using host = server;
    expect(await ask(host.host, true)).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY_AUTH" } });
  });

  it("credentials that the token server refuses are not tried again", async () => {
    await using server = await startRegistry({ auth: { type: "bearer", users: { me: "right" } } });
    const credentials = fixedCredentials({ [server.host]: { kind: "basic", username: "me", password: "wrong" } });
    const options = { client: quickClient({ credentials }), willPush: true };
    expect(await checkRegistryPresence(`${server.host}/a:1`, [], options)).toMatchObject({ status: "unknown" });
    expect(server.exchanges.filter(({ path }) => path.startsWith("/token"))).toHaveLength(1);
  });
});

describe("unknown, with its cause (C.4 29)", () => {
  it.each([404, 400, 418])("a token server that answers %i says nothing of the image", async (status) => {
    await using server = await startRegistry({ auth: { type: "bearer", users: {} } });
    await using proxy = await faultProxy(server.url, [{ match: "* /token*", do: { status } }]);
    const presence = await check(`${proxy.host}/a:1`);
    expect(presence).toMatchObject({ status: "unknown", cause: { details: { status, tokenServer: proxy.host } } });
    const push = pushIndex(client.repository(`${proxy.host}/a`), [], { tag: "1", merge: true });
    expect(await failureOf(push)).toMatchObject({ details: { tokenServer: proxy.host } });
  });

  it("an image whose config is gone", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "GET */blobs/*", do: { status: 404 } }]);
    await pushImage(client.repository(`${server.host}/a`), tinyImage(), { tag: "1" });
    expect(await check(`${proxy.host}/a:1`)).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY" } });
  });

  it.each([
    [401, "E_REGISTRY_AUTH"],
    [403, "E_REGISTRY_AUTH"],
    [429, "E_REGISTRY"],
    [500, "E_REGISTRY"],
    [418, "E_REGISTRY"],
  ])("status %i is %s", async (status, code) => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [{ match: "*", do: { status } }]);
    const presence = await check(`${proxy.host}/a:1`);
    expect(presence).toMatchObject({ status: "unknown", cause: { code, details: { status } } });
  });

  it("nobody there, a name nobody knows, silence, no TLS where it must be", async () => {
    await using silent = await rawServer(() => undefined);
    for (const reference of ["localhost:1/a:1", "registry.invalid/a:1", `${silent.host}/a:1`]) {
      const presence = await check(reference);
      expect(presence).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY_UNREACHABLE" } });
      expect(presence.status === "unknown" && presence.cause.message).toContain(reference.split("/")[0]);
      expect(presence.status === "unknown" && presence.cause.hint).toMatch(/\w/);
    }
  });

  it("an answer that is not a manifest", async () => {
    await using server = await rawServer((_request, response) => response.end("<html>hello</html>"));
    expect(await check(`${server.host}/a:1`)).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY" } });
  });

  it("credentials that cannot be read are the cause", async () => {
    await using server = await startRegistry({ auth: { type: "basic", users: { a: "b" } } });
    const credentials = { ...fixedCredentials(), get: () => client.repository("::").headManifest("x") as never };
    const using = quickClient({ credentials });
    expect(await check(`${server.host}/a:1`, undefined, using)).toMatchObject({
      status: "unknown",
      cause: { code: "E_REFERENCE" },
    });
  });

  it("a cancelled check is not an answer at all", async () => {
    const call = checkRegistryPresence("localhost:1/a:1", [], { client, signal: AbortSignal.abort() });
    expect(await failureOf(call)).toMatchObject({ code: "E_ABORTED" });
  });
});
