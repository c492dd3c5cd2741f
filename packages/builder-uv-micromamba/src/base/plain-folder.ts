import { ImageSpecError } from "@imagespec/core/builder";
import type { FileTree } from "./file-tree.ts";
import type { LayerEntry } from "./scan-layer.ts";

/**
 * The folder at a path of a base that a layer is to write into; undefined where the base has nothing there.
 *
 * @throws ImageSpecError E_UNSUPPORTED where the base has a link there or something else, which the layer would
 * replace.
 */
export async function plainFolder(path: string, tree: FileTree, baseName: string): Promise<LayerEntry | undefined> {
  const existing = await tree.get(path);
  if (existing === undefined || existing.type === "directory") return existing;
  throw new ImageSpecError(
    "E_UNSUPPORTED",
    `/${path} of ${baseName} is not a plain folder, which a layer cannot write into`,
    { hint: "Build with docker-buildx or kaniko." },
  );
}

/** Whether a folder has the mode and owner that docker gives to a folder that a layer only implies. */
export function isAsImplied({ mode, uid, gid }: LayerEntry): boolean {
  return mode === 0o755 && uid === 0 && gid === 0;
}
