import { setImmediate } from "node:timers/promises";
import { faultProxy, type RegistryQuirks, startRegistry } from "@imagespec/testkit";
import { describe, expect, it, vi } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { bytesOf, failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { copyImage } from "../image/copy-image.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { parseManifest } from "../image/parse-manifest.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { platformsOf } from "../image/select-platform.ts";
import { PIECE_BYTES } from "../pieces/piece-memory.ts";

const lines = (exchanges: { method: string; path: string }[], method: string) =>
  exchanges.filter((exchange) => exchange.method === method).map(({ path }) => path);

async function setUp(quirks: RegistryQuirks = {}) {
  const server = await startRegistry({ quirks });
  const proxy = await faultProxy(server.url);
  return {
    server,
    proxy,
    repository: quickClient().repository(`${proxy.host}/team/app`),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.close();
    },
  };
}

describe("an upload that breaks (C.4 25)", () => {
  const layer = tinyLayer(2_000_000);

  it("goes on where the registry says it stands", async () => {
    await using test = await setUp();
    test.proxy.script([{ match: "PUT */blobs/uploads/*", nth: 1, do: { resetAt: 1_500_000 } }]);
    await test.repository.putBlob(layer.descriptor, layer.open);
    expect(await bytesOf(test.repository.getBlob(layer.descriptor))).toEqual(layer.bytes);
    const puts = test.proxy.exchanges.filter(({ method }) => method === "PUT");
    expect(puts).toHaveLength(2);
    const rest = Number(puts[1]?.headers["content-length"]);
    expect(rest).toBeLessThan(layer.bytes.length);
    expect(puts[1]?.headers["content-range"]).toBe(`${layer.bytes.length - rest}-${layer.bytes.length - 1}`);
  });

  it("starts over where the registry does not say", async () => {
    await using test = await setUp({ uploadRange: false });
    test.proxy.script([{ match: "PUT */blobs/uploads/*", nth: [1, 2], do: { resetAt: 700_000 } }]);
    await test.repository.putBlob(layer.descriptor, layer.open);
    expect(await bytesOf(test.repository.getBlob(layer.descriptor))).toEqual(layer.bytes);
    expect(lines(test.proxy.exchanges, "POST")).toHaveLength(3);
  });

  it("is not sent again when only its answer was lost", async () => {
    let stored = false;
    await using server = await rawServer((request, response) => {
      request.resume().on("end", () => {
        if (request.method === "HEAD") return response.writeHead(stored ? 200 : 404).end();
        if (request.method === "POST") return response.writeHead(202, { location: "/v2/a/up" }).end();
        stored = true;
        response.destroy();
      });
    });
    const once = tinyLayer(100_000);
    await quickClient().repository(`${server.host}/a`).putBlob(once.descriptor, once.open);
    expect(once.opened).toBe(1);
  });

  it("fails after its tries, and throws what the source throws at once", async () => {
    await using test = await setUp();
    test.proxy.script([{ match: "PUT *", do: { resetAt: 0 } }]);
    const error = await failureOf(test.repository.putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", message: expect.stringContaining("team/app") });
    test.proxy.script([]);
    const before = lines(test.proxy.exchanges, "PUT").length;
    const broken = async function* () {
      yield layer.bytes.subarray(0, 10);
      throw new Error("disk on fire");
    };
    expect(await failureOf(test.repository.putBlob(layer.descriptor, broken))).toMatchObject({
      message: "disk on fire",
    });
    expect(lines(test.proxy.exchanges, "PUT").length - before).toBeLessThan(2);
  });

  it("is refused by the registry when a byte flips on the way", async () => {
    await using test = await setUp();
    test.proxy.script([{ match: "PUT *", do: { corruptAt: 1_000_000 } }]);
    const error = await failureOf(test.repository.putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({ code: "E_DIGEST_MISMATCH", message: expect.stringContaining("team/app") });
    expect(await test.repository.hasBlob(layer.descriptor)).toBe(false);
  });

  it.each([-1, 1])("refuses a source that is %i byte off", async (off) => {
    await using test = await setUp();
    const content = Buffer.concat([layer.bytes, Buffer.alloc(1)]).subarray(0, layer.bytes.length + off);
    const open = async function* () {
      yield content.subarray(0, 1000);
      yield content.subarray(1000);
    };
    expect(await failureOf(test.repository.putBlob(layer.descriptor, open))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
    expect(await test.repository.hasBlob(layer.descriptor)).toBe(false);
  });
});

describe("statuses (C.4 24)", () => {
  it.each([408, 429, 500, 502, 503, 504])("%i is tried again", async (status) => {
    await using test = await setUp();
    test.proxy.script([{ match: "*", nth: [1, 3, 6], do: { status } }]);
    await pushImage(test.repository, tinyImage(), { tag: "1", concurrency: 1 });
    expect(await test.repository.headManifest("1")).toBeDefined();
  });

  it.each([400, 403, 405, 413])("%i is not", async (status) => {
    await using test = await setUp();
    const errors = [{ code: "DENIED", message: "not\u001b[31m here" }];
    const body = JSON.stringify({ errors });
    test.proxy.script([{ match: "POST *", do: { status, body } }]);
    const layer = tinyLayer();
    const error = await failureOf(test.repository.putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({
      code: status === 403 ? "E_REGISTRY_AUTH" : "E_REGISTRY",
      details: { status, codes: ["DENIED"] },
    });
    expect(error.message).toContain("DENIED: not [31m here");
    expect(lines(test.proxy.exchanges, "POST")).toHaveLength(1);
  });

  it("Retry-After is obeyed, and refused when it is beyond all patience", async () => {
    await using test = await setUp();
    test.proxy.script([{ match: "HEAD *", nth: 1, do: { status: 429, headers: { "retry-after": "1" } } }]);
    const started = Date.now();
    await test.repository.headManifest("1");
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
    test.proxy.script([{ match: "HEAD *", do: { status: 429, headers: { "retry-after": "1000000000" } } }]);
    expect(await failureOf(test.repository.headManifest("1"))).toMatchObject({
      code: "E_REGISTRY",
      details: { status: 429 },
    });
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe("ways of registries (C.4 26, 27)", () => {
  it.each<[string, RegistryQuirks]>([
    ["a Location that is a path", { relativeLocation: true }],
    ["a Location with a query", { uploadQuery: "_state=a%2Fb&x=1" }],
    ["no Range", { uploadRange: false }],
    ["no monolithic POST, a least chunk size", { monolithicPost: false, chunkMinLength: 1_000_000 }],
    ["no HEAD of blobs", { blobHead: false }],
    ["no Docker-Content-Digest", { contentDigest: false }],
    ["no mounts", { mount: false }],
  ])("%s", async (_name, quirks) => {
    await using test = await setUp(quirks);
    const layer = tinyLayer(50_000);
    await pushImage(test.repository, tinyImage([layer]), { tag: "1" });
    const other = quickClient().repository(`${test.proxy.host}/other/app`);
    await copyImage(test.repository, "1", other, { tag: "1" });
    expect(await bytesOf(other.getBlob(layer.descriptor))).toEqual(layer.bytes);
  });

  it("202 to the PUT is as good as 201", async () => {
    const layer = tinyLayer();
    await using server = await rawServer((request, response) => {
      request.resume().on("end", () => {
        if (request.method === "HEAD") return response.writeHead(404).end();
        response.writeHead(202, { location: "/v2/a/up" }).end();
      });
    });
    await quickClient().repository(`${server.host}/a`).putBlob(layer.descriptor, layer.open);
    expect(layer.opened).toBe(1);
  });

  it("what is there is not opened; a mount sends no byte", async () => {
    await using test = await setUp();
    const layer = tinyLayer();
    await test.repository.putBlob(layer.descriptor, layer.open);
    await test.repository.putBlob(layer.descriptor, layer.open);
    expect(layer.opened).toBe(1);
    await quickClient()
      .repository(`${test.proxy.host}/b`)
      .putBlob(layer.descriptor, layer.open, { mountFrom: test.repository.name });
    expect(layer.opened).toBe(1);
    await quickClient()
      .repository(`${test.server.host}/c`)
      .putBlob(layer.descriptor, layer.open, { mountFrom: test.repository.name });
    expect(layer.opened).toBe(2);
  });

  it("a refused mount opens another upload; one that is not granted uses the session it got", async () => {
    await using test = await setUp({ mount: false });
    const layer = tinyLayer();
    await test.repository.putBlob(layer.descriptor, layer.open, { mountFrom: `${test.proxy.host}/x` });
    expect(lines(test.proxy.exchanges, "POST")).toHaveLength(1);
    test.proxy.script([{ match: "POST *mount=*", do: { status: 400 } }]);
    const next = tinyLayer();
    await test.repository.putBlob(next.descriptor, next.open, { mountFrom: `${test.proxy.host}/x` });
    expect(next.opened).toBe(1);
  });

  it("empty blobs", async () => {
    await using test = await setUp();
    const layer = tinyLayer(0);
    await test.repository.putBlob(layer.descriptor, layer.open);
    expect(await bytesOf(test.repository.getBlob(layer.descriptor))).toHaveLength(0);
  });
});

describe("order of a push (C.4 28)", () => {
  it("whichever request fails for good, no tag is there; the next run sends only what lacks", async () => {
    const layers = [tinyLayer(), tinyLayer()];
    for (let nth = 1; nth <= 40; nth++) {
      await using test = await setUp();
      const push = async () => {
        const image = await pushImage(test.repository, tinyImage(layers), {});
        await pushIndex(test.repository, [image], { tag: "1", merge: true });
      };
      test.proxy.script([{ match: "*", nth, do: { status: 400 } }]);
      const failed = await push().then(
        () => false,
        () => true,
      );
      const { server } = test;
      const direct = quickClient().repository(`${server.host}/team/app`);
      if (failed) expect(await direct.headManifest("1")).toBeUndefined();
      const met = test.proxy.exchanges.some(({ fault }) => fault !== undefined);
      const before = server.exchanges.filter(({ method, status }) => method === "PUT" && status === 201).length;
      test.proxy.script([]);
      await push();
      expect(await direct.headManifest("1")).toBeDefined();
      const again = server.exchanges.filter(({ method, status }) => method === "PUT" && status === 201).length - before;
      // Three blobs; manifest and index are written each time.
      if (failed) expect(again).toBeLessThanOrEqual(5 - Math.min(before, 3));
      if (!met) return;
    }
    throw new Error("the push never came to its end");
  });

  it("writes blobs, then children, then the tag", async () => {
    await using test = await setUp();
    const image = await pushImage(test.repository, tinyImage());
    const arm = await pushImage(test.repository, tinyImage(undefined, "linux/arm64"));
    await pushIndex(test.repository, [image, arm], { tag: "1" });
    const target = quickClient().repository(`${test.server.host}/copy`);
    const from = test.server.exchanges.length;
    await copyImage(test.repository, "1", target, { tag: "2" });
    const puts = lines(test.server.exchanges.slice(from), "PUT").map(
      (path) => /(uploads|manifests\/\w+)/.exec(path)?.[0],
    );
    expect(puts.slice(-3)).toEqual(["manifests/sha256", "manifests/sha256", "manifests/2"]);
    expect(puts.slice(0, -3).every((path) => path === "uploads")).toBe(true);
  });

  it("a merge keeps the platforms the tag holds, also those of a single image", async () => {
    await using test = await setUp();
    await pushImage(test.repository, tinyImage(undefined, "linux/arm64"), { tag: "1" });
    const amd64 = await pushImage(test.repository, tinyImage());
    await pushIndex(test.repository, [amd64], { tag: "1", merge: true });
    const index = parseManifest(await test.repository.getManifest("1"), "x");
    expect(index.kind === "index" && platformsOf(index)).toEqual(["linux/amd64", "linux/arm64"]);
  });

  it("a manifest the registry stored as something else is an error", async () => {
    await using test = await setUp();
    test.proxy.script([
      { match: "PUT */manifests/*", do: { headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } } },
    ]);
    expect(await failureOf(pushImage(test.repository, tinyImage(), { tag: "1" }))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  });
});

it("reads what it uploads into memory that is used again, once it is sent", async () => {
  await using test = await setUp();
  const { memory } = test.repository;
  const pieces = Array.from({ length: 20 }, (_, at) => Buffer.alloc(PIECE_BYTES, at));
  const bytes = Buffer.concat(pieces);
  const used = new Set<ArrayBuffer>();
  using given = vi.spyOn(memory, "give");
  const descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: digestOf(bytes), size: bytes.length };
  await test.repository.putBlob(descriptor, async function* () {
    for (const [at, piece] of pieces.entries()) {
      // However slowly it is sent: a piece is read once the third before it has been given back.
      while (at - given.mock.calls.length > 2) await setImmediate();
      const room = memory.take();
      used.add(room.buffer);
      piece.copy(room);
      yield room;
    }
  });
  expect(used.size).toBeLessThan(4);
  expect(digestOf(await bytesOf(test.repository.getBlob(descriptor)))).toBe(descriptor.digest);
});
