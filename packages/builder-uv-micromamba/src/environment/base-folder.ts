import { ImageSpecError } from "@imagespec/core/builder";
import type { FileTree } from "../base/file-tree.ts";
import type { LayerSource } from "../layer/layer-source.ts";

/**
 * Layers that write below a folder of the base keep its mode and owner: one that a layer only implies gets 0755 and
 * root where docker unpacks it.
 *
 * @throws ImageSpecError E_UNSUPPORTED where the base has a link there, which no layer can write through.
 */
export async function keepBaseFolder(
  layers: readonly LayerSource[],
  path: string,
  tree: FileTree,
): Promise<LayerSource[]> {
  const existing = await tree.get(path);
  if (existing === undefined) return [...layers];
  if (existing.type !== "directory")
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `/${path} of the base image is not a plain folder, which a layer cannot write into`,
      { hint: "Build with docker-buildx or kaniko." },
    );
  const { mode, uid, gid } = existing;
  if (mode === 0o755 && uid === 0 && gid === 0) return [...layers];
  return layers.map((layer) => ({
    ...layer,
    key: { in: { path, mode, uid, gid }, layer: layer.key },
    async *entries(signal) {
      yield { type: "directory", path, mode, uid, gid };
      yield* layer.entries(signal);
    },
  }));
}
