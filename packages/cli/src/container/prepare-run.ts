import { resolve } from "node:path";
import { type ImageSpec, runtimeCommand, type ShippedFile, type Spec } from "@imagespec/core";
import type { CommandContext } from "../context/command-context.ts";
import { onlyTarget } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";
import type { WatchedState } from "../watch/run-again.ts";
import { sourceMounts } from "./source-mounts.ts";

/** A run with everything that is known before its image is built. */
export interface PreparedRun extends WatchedState {
  spec: ImageSpec;
  /** Folder of the spec file; standard input has none. */
  folder: string | undefined;
  command: readonly string[];
  mounts: { source: string; target: string }[];
}

/** Reads the spec and its files. `anew`: they were read before, and may have changed. */
export async function prepareRun(
  context: CommandContext,
  program: readonly string[],
  anew = false,
): Promise<PreparedRun> {
  const { target, folder } = await onlyTarget(context, anew);
  const { spec } = target;
  const { resolved, reference } = await resolveTarget(target, context);
  const needsInstall = program.length > 0 && (spec.runtimePackages ?? []).length > 0;
  const command = needsInstall ? runtimeCommand(spec, program) : program;
  const mounts = context.line.mountSource ? sourceMounts(spec, resolved.files) : [];
  const { files = [], ...rest } = resolved.content;
  const isMounted = (path: string) => mounts.length > 0 && /^(?:source|copy)\//.test(path);
  const baked = files.filter(([path]) => !isMounted(path));
  const imageKey = JSON.stringify([resolved.target, rest, baked, mounts]);
  const key = JSON.stringify([reference, imageKey, command]);
  return { spec, folder, command, mounts, imageKey, key, watched: [...watchedPaths(spec, resolved.files)] };
}

/** The spec's own files, its sources and what it names beside them, and the same of the spec it is built on. */
function watchedPaths(spec: Spec, files: readonly ShippedFile[]): Set<string> {
  const { root, specFiles = [], sourceRoot, copy = [], requirements, baseImage } = spec;
  const paths = new Set(specFiles);
  if (sourceRoot !== undefined) paths.add(resolve(root, sourceRoot));
  for (const path of [...copy, ...(requirements === undefined ? [] : [requirements])]) paths.add(resolve(root, path));
  for (const file of files) {
    if (file.type === "file" && !/^(?:source|copy)\//.test(file.path)) paths.add(file.source);
  }
  if (typeof baseImage === "object") for (const path of watchedPaths(baseImage, [])) paths.add(path);
  return paths;
}
