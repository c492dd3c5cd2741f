import { resolve } from "node:path";
import type { ShippedFile, Spec } from "@imagespec/core";

/**
 * Where a run sees this machine's files in place of the image's: each file and folder at the top of sourceRoot that is
 * shipped, and each path of `copy`, at its place below /root. What else lies in /root stays the image's.
 */
export function sourceMounts(
  { root, sourceRoot = ".", copy = [] }: Spec,
  files: readonly ShippedFile[],
): { source: string; target: string }[] {
  const top = files.flatMap(({ path }) => /^source\/([^/]+)/.exec(path)?.[1] ?? []);
  const mounts = new Map([...new Set(top)].map((name) => [`/root/${name}`, resolve(root, sourceRoot, name)]));
  for (const path of copy) {
    const clean = path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
    // A mount inside a mount would create its mount point in the folder of this machine.
    const isInside = [...mounts.keys()].some((target) => `/root/${clean}`.startsWith(`${target}/`));
    if (!isInside && clean !== "" && clean !== ".") mounts.set(`/root/${clean}`, resolve(root, clean));
  }
  return [...mounts].map(([target, source]) => ({ source, target }));
}
