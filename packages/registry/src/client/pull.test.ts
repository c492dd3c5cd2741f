import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { bytesOf, failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { copyImage } from "../image/copy-image.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { readImage } from "../image/read-image.ts";

const linux = { os: "linux", architecture: "amd64" };

async function pushed(layer = tinyLayer(300_000)) {
  const server = await startRegistry();
  const proxy = await faultProxy(server.url);
  const client = quickClient();
  const image = tinyImage([layer]);
  const descriptor = await pushImage(client.repository(`${server.host}/team/app`), image, { tag: "1" });
  return {
    server,
    proxy,
    client,
    layer,
    descriptor,
    repository: client.repository(`${proxy.host}/team/app`),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.close();
    },
  };
}

describe("a download that goes wrong (C.4 19)", () => {
  it.each(["resetAt", "truncateAt"])("is taken up where it broke: %s", async (kind) => {
    await using test = await pushed();
    test.proxy.script([{ match: "GET */blobs/*", nth: 1, do: { [kind]: 100_000 } }]);
    expect(await bytesOf(test.repository.getBlob(test.layer.descriptor))).toEqual(test.layer.bytes);
    const gets = test.proxy.exchanges.filter(({ method }) => method === "GET");
    expect(gets).toHaveLength(2);
    expect(Number(/^bytes=(\d+)-$/.exec(gets[1]?.headers.range ?? "")?.[1])).toBeGreaterThan(0);
  });

  it("starts over, unnoticed, where the registry does not support ranges", async () => {
    const bytes = tinyLayer(200_000).bytes;
    let requests = 0;
    await using server = await rawServer((_request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      if (++requests > 1) return response.end(bytes);
      response.write(bytes.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 20));
    });
    const descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: digestOf(bytes), size: bytes.length };
    expect(await bytesOf(quickClient().repository(`${server.host}/a`).getBlob(descriptor))).toEqual(Buffer.from(bytes));
    expect(requests).toBe(2);
  });

  it("gives up after its tries and says how many bytes came", async () => {
    await using test = await pushed();
    test.proxy.script([{ match: "GET */blobs/*", do: { resetAt: 0 } }]);
    const error = await failureOf(bytesOf(test.repository.getBlob(test.layer.descriptor)));
    expect(error.code).toBe("E_REGISTRY_UNREACHABLE");
    expect(error.message).toContain(`${test.repository.name}`);
  });

  it.each([
    ["a flipped bit", { corruptAt: 200_000 }],
    ["another length announced", { headers: { "content-length": "299999" } }],
  ])("is refused: %s", async (_name, fault) => {
    await using test = await pushed();
    test.proxy.script([{ match: "GET */blobs/*", do: fault }]);
    const error = await failureOf(bytesOf(test.repository.getBlob(test.layer.descriptor)));
    expect(error).toMatchObject({ code: "E_DIGEST_MISMATCH", hint: expect.any(String) });
    expect(error.message).toContain("team/app");
  });

  it("is refused when the descriptor promises less or more than there is", async () => {
    await using test = await pushed();
    for (const size of [test.layer.descriptor.size - 1, test.layer.descriptor.size + 1]) {
      const error = await failureOf(bytesOf(test.repository.getBlob({ ...test.layer.descriptor, size })));
      expect(error.code).toBe("E_DIGEST_MISMATCH");
    }
  });

  it("leaves nothing wrong behind a copy, which tries once more", async () => {
    await using test = await pushed();
    const target = test.client.repository(`${test.server.host}/copy/app`);
    test.proxy.script([{ match: `GET */blobs/${test.layer.descriptor.digest}`, do: { corruptAt: 5 } }]);
    expect(await failureOf(copyImage(test.repository, "1", target, { tag: "1" }))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
    expect(await target.headManifest("1")).toBeUndefined();
    expect(await target.hasBlob(test.layer.descriptor)).toBe(false);
    test.proxy.script([{ match: `GET */blobs/${test.layer.descriptor.digest}`, nth: 1, do: { corruptAt: 5 } }]);
    expect((await copyImage(test.repository, "1", target, { tag: "1" })).digest).toBe(test.descriptor.digest);
  });
});

describe("a manifest that goes wrong (C.4 19, 20)", () => {
  it.each([
    ["a flipped bit", { corruptAt: 10 }],
    ["another Docker-Content-Digest", { headers: { "docker-content-digest": digestOf("other") } }],
    ["a malformed Docker-Content-Digest", { headers: { "docker-content-digest": "sha256:../../x" } }],
  ])("%s: asked once more, then refused", async (_name, fault) => {
    await using test = await pushed();
    test.proxy.script([{ match: "GET */manifests/*", nth: 1, do: fault }]);
    expect((await test.repository.getManifest("1")).digest).toBe(test.descriptor.digest);
    test.proxy.script([{ match: "GET */manifests/*", do: fault }]);
    expect(await failureOf(test.repository.getManifest("1"))).toMatchObject({ code: "E_DIGEST_MISMATCH" });
  });

  it("reads no more than 4 MiB of one", async () => {
    let sent = 0;
    await using server = await rawServer((_request, response) => {
      response.writeHead(200, { "content-type": MEDIA_TYPES.ociManifest });
      const more = () => {
        while (!response.destroyed && sent < 200 * 1024 * 1024) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536, 32))) return response.once("drain", more);
        }
      };
      more();
    });
    const error = await failureOf(quickClient().repository(`${server.host}/a`).getManifest("1"));
    expect(error).toMatchObject({ code: "E_REGISTRY", message: expect.stringContaining("4194304") });
    expect(sent).toBeLessThan(40 * 1024 * 1024);
  });

  it("follows no index that nests a hundred deep", async () => {
    await using test = await pushed();
    let entry = test.descriptor;
    for (let depth = 0; depth < 100; depth++) {
      const index = await pushIndex(test.repository, [{ ...entry, platform: linux }], { tag: "deep" });
      entry = { ...index, platform: linux };
    }
    const before = test.proxy.exchanges.length;
    expect(await failureOf(readImage(test.repository, "deep", linux))).toMatchObject({ code: "E_REGISTRY" });
    expect(await failureOf(copyImage(test.repository, "deep", test.repository))).toMatchObject({ code: "E_REGISTRY" });
    expect(test.proxy.exchanges.length - before).toBeLessThan(15);
  });

  it.each(["../x", "sha256:../../x", "a/b", "", "-x", "a".repeat(129)])(
    "never makes a path of the name %o",
    async (name) => {
      await using test = await pushed();
      const before = test.proxy.exchanges.length;
      expect(await failureOf(test.repository.getManifest(name))).toMatchObject({ code: "E_REFERENCE" });
      expect(test.proxy.exchanges).toHaveLength(before);
    },
  );
});

describe("what a base tag says (C.4 17, 18)", () => {
  it("is read by the digest first seen: a tag that moves in between changes nothing", async () => {
    await using test = await pushed();
    const first = await readImage(test.repository, "1", linux);
    await pushImage(test.repository, tinyImage(), { tag: "1" });
    expect((await readImage(test.repository, first.descriptor.digest, linux)).bytes.bytes).toEqual(first.bytes.bytes);
  });

  it("a single image for another platform is refused by its config", async () => {
    await using test = await pushed();
    const error = await failureOf(readImage(test.repository, "1", { os: "linux", architecture: "arm64" }));
    expect(error.message).toMatch(/has no image for linux\/arm64; it is for linux\/amd64$/);
  });
});

describe("mirrors", () => {
  it("are read in place of the registry; names in messages stay", async () => {
    await using server = await startRegistry();
    const direct = quickClient();
    const image = tinyImage();
    await pushImage(direct.repository(`${server.host}/hub/library/app`), image, { tag: "1" });
    const client = quickClient({ env: { IMAGESPEC_REGISTRY_MIRRORS: `docker.io=${server.host}/hub` } });
    const repository = client.repository("app");
    expect((await readImage(repository, "1", linux)).manifest.layers).toHaveLength(2);
    const error = await failureOf(repository.getManifest("2"));
    expect(error).toMatchObject({
      code: "E_REGISTRY",
      details: { status: 404, registry: "docker.io", mirror: server.host },
    });
    expect(error.message).toContain("docker.io/library/app:2");
  });
});
