import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePackage } from "../../../../tests/support/conda-channel/make-package.ts";
import { CondaArchive } from "./conda-archive.ts";
import { condaFiles } from "./conda-entries.ts";
import { condaLayers } from "./conda-layers.ts";
import type { CondaPackage } from "./conda-package.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "imagespec-conda-layers-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("condaLayers", () => {
  it("gives a path that several packages have to the one whose name is last, and says so", async () => {
    const made = async (name: string, files: Parameters<typeof makePackage>[2]["files"], size: number) => {
      const [fn, record] = await makePackage(root, "linux-64", { name, version: "1", format: "conda", files });
      const pack = {
        record: { ...record, size },
        fn,
        subdir: "linux-64",
        channel: "",
        url: fn,
      } as never as CondaPackage;
      return { pack, files: await condaFiles(pack, new CondaArchive(join(root, fn), fn), target) };
    };
    const target = { prefix: "/opt/micromamba/envs/runtime", python: undefined };
    const same = { path: "share/same", content: "same" };
    const link = { path: "share/link", link: "same" };
    const aa = await made("aa", [{ path: "share/x", content: "of aa" }, same, link], 1);
    const bb = await made("bb", [{ path: "share/x", content: "of bb" }, same, link], 1);
    const cc = await made("cc", [{ path: "share/x", link: "same" }], 1);
    const large = { ...aa, pack: { ...aa.pack, record: { ...aa.pack.record, size: 100 * 1024 * 1024 } } };
    for (const packages of [
      [aa, bb],
      [bb, aa],
      [large, bb],
      [cc, aa, bb],
    ]) {
      const warnings: string[] = [];
      const layers = condaLayers(packages, {
        target,
        limit: 100,
        fetchPackage: async ({ fn }) => join(root, fn),
        warn: (message) => void warnings.push(message),
      });
      const found: string[] = [];
      for (const layer of layers)
        for await (const entry of layer.entries(new AbortController().signal))
          if (entry.path.endsWith("/share/x"))
            found.push(entry.type === "file" ? await contentOf(entry.content) : entry.type);
      expect(found).toEqual([packages.includes(cc) ? "symlink" : "of bb"]);
      expect(warnings[0]).toMatch(/share\/x is in aa 1 and in bb 1: the latter's stays/);
      expect(warnings).toHaveLength(packages.length - 1);
    }
  });
});

async function contentOf(content: Uint8Array | (() => AsyncIterable<Uint8Array>)): Promise<string> {
  return content instanceof Uint8Array ? Buffer.from(content).toString() : text(content());
}
