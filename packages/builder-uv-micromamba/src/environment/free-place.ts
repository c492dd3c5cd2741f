import { ImageSpecError } from "@imagespec/core/builder";
import type { FileTree } from "../base/file-tree.ts";
import { isAsImplied, plainFolder } from "../base/plain-folder.ts";

/**
 * Checks that the base leaves the environment's place free: nothing is there, or an empty folder.
 *
 * @throws ImageSpecError E_BUILD where the base has something else there. uv in a Dockerfile refuses that, and a layer
 * would mix with it.
 */
export async function refuseTakenPlace(prefix: string, tree: FileTree, baseName: string): Promise<void> {
  const path = prefix.slice(1);
  const existing = await tree.get(path);
  if (existing === undefined || (existing.type === "directory" && (await tree.list(path)).length === 0)) return;
  throw new ImageSpecError("E_BUILD", `${baseName} has something at ${prefix} that is not a Python environment`, {
    hint: "Remove it from the base image, or replace it with an environment.",
  });
}

/**
 * Checks that the base does not have its own version of a folder that uv makes, since what uv makes of it in a
 * Dockerfile depends on what it finds there.
 *
 * @throws ImageSpecError E_UNSUPPORTED unless there is nothing, or an empty folder as uv would make it.
 */
export async function refuseOwnFolder(folder: string, tree: FileTree, baseName: string): Promise<void> {
  const path = folder.slice(1);
  const existing = await plainFolder(path, tree, baseName);
  if (existing === undefined) return;
  if (isAsImplied(existing) && (await tree.list(path)).length === 0) return;
  throw new ImageSpecError("E_UNSUPPORTED", `${baseName} has a ${folder} of its own, where uv installs Pythons`, {
    hint: "Build with docker-buildx or kaniko, or remove it from the base image.",
  });
}
