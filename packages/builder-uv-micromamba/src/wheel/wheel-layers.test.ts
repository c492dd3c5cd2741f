import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipArchive } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BlobStore } from "../cache/blob-store.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { LayerCache } from "../layer/layer-cache.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { TARGET } from "./fixtures/target.ts";
import type { Wheel } from "./wheel.ts";
import { wheelLayers } from "./wheel-layers.ts";

let root: string;
let fetched: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "wheel-layers-"));
  fetched = [];
});
afterEach(() => rm(root, { recursive: true }));

async function wheel(name: string, files: Record<string, string>, size?: number): Promise<Wheel> {
  const bytes = zipArchive({
    ...files,
    [`${name}-1.0.dist-info/METADATA`]: `Name: ${name}\nVersion: 1.0\n`,
    [`${name}-1.0.dist-info/WHEEL`]: "Wheel-Version: 1.0\n",
    [`${name}-1.0.dist-info/RECORD`]: "",
  });
  const path = join(root, `${name}.whl`);
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const fetch = async () => {
    fetched.push(name);
    return path;
  };
  return { name, version: "1.0", filename: `${name}.whl`, sha256, size: size ?? bytes.length, fetch };
}

async function installed(wheels: Wheel[]) {
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  const warnings: string[] = [];
  const { signal } = new AbortController();
  const layers = await wheelLayers(wheels, {
    target: TARGET,
    limit: 20,
    records: new RecordStore(folder),
    signal,
    warn: (message) => warnings.push(message),
  });
  const fetchedForLists = fetched.splice(0);
  const paths: string[] = [];
  const contents = new Map<string, string>();
  for (const layer of layers)
    for await (const entry of layer.entries(signal)) {
      if (entry.type !== "file") continue;
      paths.push(entry.path);
      const parts: Uint8Array[] = [];
      if (entry.content instanceof Uint8Array) parts.push(entry.content);
      else for await (const part of entry.content()) parts.push(part);
      contents.set(entry.path, Buffer.concat(parts).toString());
    }
  return { layers, warnings, paths, contents, fetchedForLists };
}

describe("wheelLayers", () => {
  it("takes a shared path from the last distribution in name order, however they are spread over layers", async () => {
    const path = "opt/venv/lib/python3.11/site-packages/shared.py";
    for (const [first, second] of [
      [100 * 1024 ** 2, 1],
      [1, 100 * 1024 ** 2],
      [1, 1],
    ]) {
      const a = await wheel("a", { "shared.py": "from a" }, first);
      const b = await wheel("b", { "shared.py": "from b" }, second);
      for (const wheels of [
        [a, b],
        [b, a],
      ]) {
        const { contents, paths, warnings } = await installed(wheels);
        expect(contents.get(path)).toBe("from b");
        expect(paths.filter((one) => one === path)).toHaveLength(1);
        expect(warnings).toEqual([expect.stringMatching(/shared\.py is in a 1\.0 and in b 1\.0/)]);
      }
    }
  });

  it("gives these bytes and no others", async () => {
    const hex = (at: number) => createHash("sha512").update(String(at)).digest("hex");
    const small = Array.from({ length: 200 }, (_, at) => [`m/f${at}.py`, hex(at).slice(at % 128)] as const);
    const noise = Array.from({ length: 200 }, (_, at) => hex(at)).join("\n");
    const made = async (files: Record<string, string>) => {
      const { layers } = await installed([await wheel("m", files)]);
      const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
      const cache = new LayerCache(new BlobStore(folder), new RecordStore(folder));
      const { digest, diffId } = await cache.make(layers[0] as LayerSource, new AbortController().signal);
      await cache.close();
      return { digest, diffId };
    };
    // Another digest here is another recipe: every image changes.
    expect(await made(Object.fromEntries(small))).toEqual({
      digest: "sha256:b7246c78a08ed043c5dd91475ed4afa8e89db090e1b1caab39a41ea015296877",
      diffId: "sha256:412f66e4d6157729f3538f60420e28b169e20365a925b9f5a5086103dfc629f4",
    });
    // What is copied is as this machine's zlib has written it into the wheel.
    expect(await made({ ...Object.fromEntries(small), "m/noise": noise, "m/stored": "" })).toMatchObject({
      diffId: "sha256:2f94e60ebde307b37ddd01fd8c32ce4432effcf1193e3a42178b33608beb43f3",
    });
  });

  it("needs no file of a wheel whose list is known", async () => {
    const a = await wheel("a", { "a.py": "" });
    expect((await installed([a])).fetchedForLists).toEqual(["a"]);
    fetched = [];
    const again = await installed([a]);
    expect(again.fetchedForLists).toEqual([]);
    expect(again.layers).toHaveLength(1);
  });

  it("knows again what wheels share, and says so again", async () => {
    const wheels = [await wheel("a", { "shared.py": "from a" }), await wheel("b", { "shared.py": "from b" })];
    const first = await installed(wheels);
    fetched = [];
    await rm(join(root, "uv-micromamba/records/wheel-files"), { recursive: true });
    const again = await installed(wheels);
    expect(again.fetchedForLists).toEqual([]);
    expect(again.warnings).toEqual(first.warnings);
    expect(again.warnings).toHaveLength(1);
    expect(again.contents).toEqual(first.contents);
    expect(again.layers.map(({ key }) => key)).toEqual(first.layers.map(({ key }) => key));
    // Another set of wheels is another question.
    fetched = [];
    expect((await installed([...wheels, await wheel("c", { "c.py": "" })])).fetchedForLists.sort()).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});
