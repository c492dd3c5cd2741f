import { ImageSpecError } from "@imagespec/core/builder";
import type { FileTree } from "../base/file-tree.ts";
import { isAsImplied, plainFolder } from "../base/plain-folder.ts";
import type { LayerSource } from "../layer/layer-source.ts";

const SET_GROUP = 0o2000;

/**
 * Refuses a folder with set-group-ID: whatever is made in it inherits its group, and new folders the bit as well, which
 * layers do not reproduce.
 *
 * @throws ImageSpecError E_UNSUPPORTED.
 */
export function refuseSetGroup(path: string, mode: number, baseName: string): void {
  if ((mode & SET_GROUP) === 0) return;
  throw new ImageSpecError("E_UNSUPPORTED", `/${path} of ${baseName} has set-group-ID, which new folders take over`, {
    hint: "Build with docker-buildx or kaniko.",
  });
}

/**
 * The layers, which write below a folder of the base, with that folder as the base has it: docker gives a folder that a
 * layer only implies to root, with mode 0755.
 *
 * @throws ImageSpecError E_UNSUPPORTED where the base has a link there, which no layer can write through, or a folder
 * with set-group-ID.
 */
export async function keepBaseFolder(
  layers: readonly LayerSource[],
  path: string,
  { tree, baseName }: { tree: FileTree; baseName: string },
): Promise<LayerSource[]> {
  if (layers.length === 0) return [];
  const existing = await plainFolder(path, tree, baseName);
  if (existing === undefined) return [...layers];
  const { mode, uid, gid } = existing;
  refuseSetGroup(path, mode, baseName);
  if (isAsImplied(existing)) return [...layers];
  return layers.map((layer) => ({
    ...layer,
    key: { in: { path, mode, uid, gid }, layer: layer.key },
    async *entries(signal) {
      yield { type: "directory", path, mode, uid, gid };
      yield* layer.entries(signal);
    },
  }));
}
