import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { RegistryClient } from "@imagespec/registry";
import { type FaultRule, faultProxy, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BlobStore } from "../cache/blob-store.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import type { Turns } from "../cache/in-turn.ts";
import { RecordStore } from "../cache/record-store.ts";
import { LayerCache } from "./layer-cache.ts";
import { LayerRegistry } from "./layer-registry.ts";
import type { LayerSource } from "./layer-source.ts";
import { textFile } from "./tar-entry.ts";
import { LARGE_CONTENT } from "./tar-pieces.ts";

let root: string;
let folder: CacheFolder;
let made: number;
const signal = new AbortController().signal;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "layer-cache-"));
  folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  made = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

const cache = () => new LayerCache(new BlobStore(folder), new RecordStore(folder));
const source = (text: string, key: unknown = text): LayerSource => ({
  key,
  title: text,
  entries: () => {
    made++;
    return [textFile("a", text)];
  },
});
const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

describe("LayerCache", () => {
  it("makes a layer once, and tells digest, size and diffID of what is on the disk", async () => {
    const layer = await cache().make(source("one"), signal);
    const bytes = await readFile(new BlobStore(folder).path(layer.digest));
    expect(layer).toMatchObject({ digest: sha256(bytes), size: bytes.length, diffId: sha256(gunzipSync(bytes)) });
    expect(await cache().make(source("one"), signal)).toMatchObject({ digest: layer.digest });
    expect(made).toBe(1);
  });

  it("makes a layer once for callers at the same time", async () => {
    const shared = cache();
    const layers = await Promise.all([1, 2, 3].map(() => shared.make(source("one"), signal)));
    expect(new Set(layers.map(({ digest }) => digest)).size).toBe(1);
    expect(made).toBe(1);
  });

  it("makes a layer once for builds side by side, also when the first of them is cancelled", async () => {
    const turns: Turns = new Map();
    const [first, ...others] = [1, 2, 3].map(() => {
      return new LayerCache(new BlobStore(folder), new RecordStore(folder), { turns });
    }) as [LayerCache, LayerCache, LayerCache];
    const cancel = new AbortController();
    cancel.abort(new Error("cancelled"));
    const failed = expect(first.make(source("one"), cancel.signal)).rejects.toThrow("cancelled");
    const layers = await Promise.all(others.map((other) => other.make(source("one"), signal)));
    await failed;
    expect(layers[0]).toEqual({ ...layers[1], source: expect.anything() });
    expect(made).toBe(2);
    expect(others.map((other) => other.made(source("one")))).toEqual([true, false]);
  });

  it("makes it again when its file is gone, and finds one that was altered by its digest", async () => {
    const layer = await cache().make(source("one"), signal);
    const path = new BlobStore(folder).path(layer.digest);
    const bytes = await readFile(path);
    bytes[20] = (bytes[20] as number) ^ 1;
    await writeFile(path, bytes);
    expect(await cache().verify(layer)).toBe(false);
    const again = await cache().make(source("one"), signal);
    expect(again.digest).toBe(layer.digest);
    expect(made).toBe(2);
    expect(await cache().verify(again)).toBe(true);
  });

  it("makes a layer again that another zlib compressed in part, and no other", async () => {
    const large = source("large");
    const entries = () => {
      made++;
      return [textFile("a", Buffer.alloc(LARGE_CONTENT + 1))];
    };
    for (const [one, times] of [
      [{ ...large, entries }, 2],
      [source("small"), 1],
    ] as const) {
      made = 0;
      const layer = await cache().make(one, signal);
      const records = folder.path("records", "layers");
      for (const name of await readdir(records)) {
        const [, body = ""] = (await readFile(join(records, name), "utf8")).split("\n");
        const altered = body.replace(/"zlib":"[^"]*"/, '"zlib":"0.9 pdp11"');
        await writeFile(join(records, name), `${sha256(Buffer.from(altered)).slice(7)}\n${altered}`);
      }
      expect((await cache().make(one, signal)).digest).toBe(layer.digest);
      expect(made).toBe(times);
    }
  });

  it("takes a record that is not whole for none", async () => {
    await cache().make(source("one"), signal);
    const records = folder.path("records", "layers");
    const [name = ""] = await readdir(records);
    const text = await readFile(join(records, name), "utf8");
    await writeFile(join(records, name), text.slice(0, -5));
    await cache().make(source("one"), signal);
    expect(made).toBe(2);
  });

  it("takes a record of another layer for none", async () => {
    const one = await cache().make(source("one"), signal);
    const records = folder.path("records", "layers");
    const [name = ""] = await readdir(records);
    const two = await cache().make(source("two"), signal);
    const other = (await readdir(records)).find((candidate) => candidate !== name) ?? "";
    await copyFile(join(records, other), join(records, name));
    expect(await cache().make(source("one"), signal)).toMatchObject({ digest: one.digest });
    expect(one.digest).not.toBe(two.digest);
    expect(made).toBe(3);
  });

  it("leaves nothing of a layer that fails or is cancelled", async () => {
    const failing: LayerSource = {
      key: 1,
      title: "x",
      entries: async function* () {
        yield textFile("a", "1");
        throw new Error("broken wheel");
      },
    };
    await expect(cache().make(failing, signal)).rejects.toThrow("broken wheel");
    await expect(cache().make(source("two"), AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    expect(await readdir(folder.path("tmp"))).toEqual([]);
    expect(await readdir(folder.path("blobs/sha256"))).toEqual([]);
  });

  describe("with the registry of the image", () => {
    /** A cache that has only the record of the layer "one", whose bytes the registry may have. */
    async function asked(stack: AsyncDisposableStack, { push = true, rules = [] as FaultRule[] } = {}) {
      const server = stack.use(await startRegistry());
      const proxy = stack.use(await faultProxy(server.url, rules));
      const client = stack.adopt(new RegistryClient({ env: {}, retry: { baseMs: 1 } }), (one) => one.close());
      const layer = await cache().make(source("one"), signal);
      const file = new BlobStore(folder).path(layer.digest);
      const bytes = await readFile(file);
      const descriptor = { mediaType: "application/octet-stream", digest: layer.digest, size: layer.size };
      if (push) await client.repository(`${server.host}/team/app`).putBlob(descriptor, () => Readable.from([bytes]));
      await rm(file);
      made = 0;
      const registry = new LayerRegistry(client.repository(`${proxy.host}/team/app`), signal);
      return { layer, bytes, file, proxy, registry };
    }
    const withRegistry = (registry: LayerRegistry) =>
      new LayerCache(new BlobStore(folder), new RecordStore(folder), { registry });

    it("neither makes nor fetches a layer that the registry has, and asks once", async () => {
      await using stack = new AsyncDisposableStack();
      const { layer, registry, proxy } = await asked(stack);
      const one = withRegistry(registry);
      expect(await one.find(layer.source)).toEqual(layer);
      expect(await one.make(layer.source, signal)).toEqual(layer);
      expect(made).toBe(0);
      expect(proxy.exchanges.map(({ method }) => method)).toEqual(["HEAD"]);
    });

    it("makes one that the registry lacks", async () => {
      await using stack = new AsyncDisposableStack();
      const { layer, registry } = await asked(stack, { push: false });
      const one = withRegistry(registry);
      expect(await one.find(layer.source)).toBeUndefined();
      expect(await one.fetch(layer, signal)).toBe(false);
      expect(await one.make(layer.source, signal)).toEqual(layer);
      expect(made).toBe(1);
    });

    it("fetches the bytes of one when they are needed", async () => {
      await using stack = new AsyncDisposableStack();
      const { layer, registry, bytes, file } = await asked(stack);
      expect(await withRegistry(registry).fetch(layer, signal)).toBe(true);
      expect(await readFile(file)).toEqual(bytes);
    });

    it("refuses bytes that are not those of the digest, and keeps none of them", async () => {
      await using stack = new AsyncDisposableStack();
      const rules = [{ match: "GET *", do: { corruptAt: 20 } }];
      const { layer, registry } = await asked(stack, { rules });
      await expect(withRegistry(registry).fetch(layer, signal)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
      expect(await readdir(folder.path("blobs/sha256"))).toEqual([]);
      expect(await readdir(folder.path("tmp"))).toEqual([]);
    });
  });
});
