import type { BuildPlan, ShippedFile } from "@imagespec/core/builder";

/** One entry of a build context: what the plan ships, or a text made from it. */
export type ContextEntry = ShippedFile | { type: "text"; path: string; mode: 0o644; text: string };

/**
 * Everything the builder is given: `Dockerfile`, then the shipped files sorted by path, parents before children, with
 * the folders that the Dockerfile names, even empty ones.
 */
export function contextFiles(plan: BuildPlan, dockerfile: string, files: readonly ShippedFile[]): ContextEntry[] {
  const entries = new Map<string, ShippedFile>(files.map((file) => [file.path, file]));
  const folders = new Set((plan.steps.files?.trees ?? []).map((tree) => tree.from as string));
  for (const { path } of files) {
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      folders.add(path.slice(0, slash));
  }
  for (const path of folders) if (!entries.has(path)) entries.set(path, { type: "directory", path, mode: 0o755 });
  const sorted = [...entries.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return [{ type: "text", path: "Dockerfile", mode: 0o644, text: dockerfile }, ...sorted];
}
