// node make-layers.ts made|deflated DIST WHEELS CACHE RESULT: makes the layers of the wheels in a folder by the builder
// in DIST, with an empty cache, and writes the milliseconds of processor time that took, without the start of the
// program, and the bytes of the layers.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateAgain } from "./deflate-again.ts";

// What is published runs here: types that are stripped at the start would count as time.
type Builder = typeof import("../../packages/builder-uv-micromamba/src/wheel/wheel-layers.ts") &
  typeof import("../../packages/builder-uv-micromamba/src/layer/layer-cache.ts") &
  typeof import("../../packages/builder-uv-micromamba/src/cache/blob-store.ts") &
  typeof import("../../packages/builder-uv-micromamba/src/cache/cache-folder.ts") &
  typeof import("../../packages/builder-uv-micromamba/src/cache/record-store.ts");
const [way = "", dist = "", wheels = "", cache = "", result = ""] = process.argv.slice(2);
const load = async (file: string) => (await import(pathToFileURL(join(dist, file)).href)) as Builder;
const { wheelLayers } = await load("wheel/wheel-layers.js");
const { LayerCache } = await load("layer/layer-cache.js");
const { BlobStore } = await load("cache/blob-store.js");
const { CacheFolder } = await load("cache/cache-folder.js");
const { RecordStore } = await load("cache/record-store.js");

const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: cache });
await folder.open();
const [blobs, records] = [new BlobStore(folder), new RecordStore(folder)];
const { signal } = new AbortController();
const found = await Promise.all(
  (await readdir(wheels)).sort().map(async (filename) => {
    const path = join(wheels, filename);
    const bytes = await readFile(path);
    const [name = "", version = ""] = filename.split("-");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { name, version, filename, sha256, size: bytes.length, fetch: async () => path };
  }),
);
const before = process.cpuUsage();
const target = {
  prefix: "opt/venv",
  pythonMinor: "3.11",
  python: "/opt/venv/bin/python",
  compiled: true,
  linksLib64: true,
};
const layers = await wheelLayers(found, { target, limit: 100, records, signal, warn: () => {} });
const made = new LayerCache(blobs, records);
let size = 0;
for (const layer of layers)
  size +=
    way === "made" ? (await made.make(layer, signal)).size : (await blobs.write(deflateAgain(layer, signal))).size;
// The earlier commit's has no threads that could be closed.
await made.close?.();
const { user, system } = process.cpuUsage(before);
await writeFile(result, JSON.stringify({ cpu: (user + system) / 1000, size }));
