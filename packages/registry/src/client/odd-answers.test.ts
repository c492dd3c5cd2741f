import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fixedCredentials, quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf, tinyLayer } from "../fixtures/tiny-image.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { descriptorOf, manifestBytes } from "../image/manifest-bytes.ts";

const layer = tinyLayer();
const config = { ...layer.descriptor, mediaType: MEDIA_TYPES.ociConfig };
const manifest = manifestBytes({
  schemaVersion: 2,
  mediaType: MEDIA_TYPES.ociManifest,
  config,
  layers: [layer.descriptor],
});

/** Reads the manifest that a server answers with, under these headers. */
async function served(bytes: Uint8Array, headers: Record<string, string | string[]>) {
  await using server = await rawServer((_request, response) => response.writeHead(200, headers).end(bytes));
  return await quickClient().repository(`${server.host}/a`).getManifest("1");
}

describe("a manifest from a server of files, or through a proxy", () => {
  it.each(["binary/octet-stream", "application/x-yaml", "text/plain; charset=utf-8", "", "image/png"])(
    "has the type it says itself where the server says %j",
    async (type) => {
      expect(await served(manifest.bytes, { "content-type": type })).toMatchObject({
        mediaType: MEDIA_TYPES.ociManifest,
      });
      const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptorOf(manifest)] }));
      expect(await served(index, { "content-type": type })).toMatchObject({ mediaType: MEDIA_TYPES.ociIndex });
    },
  );

  it("may come with its digest twice, and not with two", async () => {
    const { bytes, digest } = manifest;
    expect(await served(bytes, { "docker-content-digest": [digest, digest] })).toMatchObject({ digest });
    const other = `sha256:${"0".repeat(64)}`;
    expect(await failureOf(served(bytes, { "docker-content-digest": [digest, other] }))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  });
});

describe("a host that the registry sends its caller to", () => {
  const redirecting = (to: string) =>
    rawServer((_request, response) => response.writeHead(307, { location: `http://${to}/x?sig=1` }).end());
  const read = async (to: string) => {
    await using server = await redirecting(to);
    const blob = quickClient({ retry: { attempts: 1 } })
      .repository(`${server.host}/a`)
      .getBlob(layer.descriptor);
    return { error: await failureOf(Array.fromAsync(blob)), registry: server.host };
  };

  it.each([
    ["is unknown", "storage.invalid", "E_REGISTRY_UNREACHABLE"],
    ["is not there", "localhost:1", "E_REGISTRY_UNREACHABLE"],
  ])("and that %s is named beside the registry", async (_what, host, code) => {
    const { error, registry } = await read(host);
    expect(error).toMatchObject({ code, message: expect.stringContaining(`${host}, to which ${registry} sends`) });
    expect(error.hint).toContain(host);
    expect(error.hint).not.toContain("registry's name");
  });

  it.each([401, 403, 404, 503])("and that answers %i is no fault of the login", async (status) => {
    await using storage = await rawServer((_request, response) => response.writeHead(status).end());
    const { error, registry } = await read(storage.host);
    expect(error).toMatchObject({ code: "E_REGISTRY", details: { status, registry } });
    expect(error.message).toContain(`sends its callers to ${storage.host}`);
    expect(error.hint).not.toContain("docker login");
  });

  it("and that breaks off is named, too", async () => {
    await using storage = await rawServer((_request, response) => {
      response.writeHead(200, { "content-length": layer.bytes.length }).write("x", () => response.destroy());
    });
    const { error } = await read(storage.host);
    expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", message: expect.stringContaining(storage.host) });
  });
});

describe("a body that comes byte by byte, for ever", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([201, 400])("is not waited for after %i, which says it all", async (status) => {
    let sent = 0;
    const timers: NodeJS.Timeout[] = [];
    await using server = await rawServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(status, { "docker-content-digest": manifest.digest });
        const drip = setInterval(() => response.write(" ", () => sent++), 5);
        timers.push(drip);
        response.on("close", () => clearInterval(drip));
      });
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const writing = quickClient({ idleTimeoutMs: 60_000 }).repository(`${server.host}/a`).putManifest(manifest);
    const settled = writing.then(
      () => 201,
      (error) => error.details.status,
    );
    while (sent < 3) await turn();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await settled).toBe(status);
  });
});

it.each(["a\nb", "token\n", "tökén", "a b", "a\0"])(
  "a registry token that no header can carry is told: %j",
  async (token) => {
    await using server = await rawServer((_request, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    const credentials = fixedCredentials({ [server.host]: { kind: "registry-token", token } });
    const error = await failureOf(quickClient({ credentials }).repository(`${server.host}/a`).headManifest("1"));
    expect(error).toMatchObject({ code: "E_REGISTRY_AUTH", hint: expect.stringContaining("registrytoken") });
    expect(JSON.stringify([error.message, error.hint])).not.toContain(token);
  },
);
