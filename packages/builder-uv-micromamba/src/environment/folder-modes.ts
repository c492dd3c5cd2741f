import type { BaseImage } from "../base/base-image.ts";
import type { BaseEnvironment, BaseInspector } from "../base/base-inspector.ts";
import { foldersOf } from "../base/folders-of.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { refuseSetGroup } from "./base-folder.ts";

const USUAL = 0o755;

/**
 * The layers over an environment of the base, in which folders have the modes that the base gives them, since
 * installing into a folder does not change it. A folder from which everything is `removed` is made anew, unless it is
 * site-packages, which no installer removes.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a folder with set-group-ID, which what is made in it would inherit.
 */
export async function keepFolderModes(
  layers: readonly LayerSource[],
  { prefix, python }: Pick<BaseEnvironment, "prefix" | "python">,
  removed: readonly string[],
  { inspector: { tree }, base }: { inspector: BaseInspector; base: Pick<BaseImage, "name"> },
): Promise<readonly LayerSource[]> {
  const top = prefix.slice(1);
  const own = await tree.get(top);
  const below = await tree.below(top);
  const modes = new Map<string, number>();
  for (const [path, { type, mode, implied }] of own === undefined ? below : [[top, own] as const, ...below])
    if (type === "directory" && !implied && mode !== USUAL) modes.set(path, mode);
  if (modes.size === 0 || layers.length === 0) return layers;
  const gone = new Set(removed);
  const isGone = (path: string) => gone.has(path) || foldersOf(path).some((folder) => gone.has(folder));
  const kept: Record<string, number> = {};
  const stays = (path: string) => {
    for (const folder of foldersOf(path)) {
      const mode = modes.get(folder);
      if (mode !== undefined) kept[folder] = mode;
    }
  };
  // No installer removes site-packages, even if it is empty.
  stays(`${top}/lib/python${python.minor}/site-packages/`);
  for (const [path, { type }] of below) if (type !== "directory" && !isGone(path)) stays(path);
  for (const [folder, mode] of Object.entries(kept)) refuseSetGroup(folder, mode, base.name);
  if (Object.keys(kept).length === 0) return layers;
  return layers.map((layer) => ({
    ...layer,
    key: { modes: kept, layer: layer.key },
    async *entries(signal) {
      for await (const entry of layer.entries(signal))
        yield entry.type === "directory" && Object.hasOwn(kept, entry.path)
          ? { ...entry, mode: kept[entry.path] as number }
          : entry;
    },
  }));
}
