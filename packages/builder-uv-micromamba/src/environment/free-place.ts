import { ImageSpecError } from "@imagespec/core/builder";
import type { FileTree } from "../base/file-tree.ts";
import { isAsImplied, plainFolder } from "../base/plain-folder.ts";

/**
 * Refuses a place that the base uses for something else; an empty folder is free.
 *
 * @throws ImageSpecError E_BUILD where the base has something that is not an environment: a layer would be laid over
 * it, and uv in a Dockerfile refuses it.
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
 * Refuses a folder that the base has in its own way: what uv in a Dockerfile makes of it depends on what it finds
 * there.
 *
 * @throws ImageSpecError E_UNSUPPORTED, unless there is nothing or an empty folder as uv would make it.
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
