import { expect, it } from "vitest";
import { FileTree } from "../base/file-tree.ts";
import type { LayerEntry } from "../base/scan-layer.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { textFile } from "../layer/tar-entry.ts";
import { keepBaseFolder } from "./base-folder.ts";

const LAYER: LayerSource = { key: 1, title: "a", entries: () => [textFile("opt/a", "")] };
const keep = (layers: LayerSource[], opt?: Partial<LayerEntry>) => {
  const entry: LayerEntry = { type: "directory", mode: 0o755, uid: 0, gid: 0, ...opt };
  const entries: Record<string, LayerEntry> = opt === undefined ? {} : { opt: entry };
  return keepBaseFolder(layers, "opt", { tree: new FileTree([async () => ({ entries })]), baseName: "base:1" });
};

it.each([undefined, {}])("leaves layers as they are over a base whose folder is %o", async (opt) => {
  expect(await keep([LAYER], opt)).toEqual([LAYER]);
});

it.each([{ mode: 0o700 }, { uid: 7 }, { gid: 7 }])("keeps a folder with %o", async (opt) => {
  const [layer] = await keep([LAYER], opt);
  const entries = await Array.fromAsync(layer?.entries(new AbortController().signal) ?? []);
  expect(entries[0]).toEqual({ type: "directory", path: "opt", mode: 0o755, uid: 0, gid: 0, ...opt });
  expect(layer?.key).not.toEqual(LAYER.key);
});

it.each(["symlink", "file"] as const)("cannot write into a %s, and need not where there is no layer", async (type) => {
  await expect(keep([LAYER], { type })).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  expect(await keep([], { type })).toEqual([]);
});

it("leaves a folder with set-group-ID to other builders", async () => {
  await expect(keep([LAYER], { mode: 0o2775 })).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: "/opt of base:1 has set-group-ID, which new folders take over",
  });
});
