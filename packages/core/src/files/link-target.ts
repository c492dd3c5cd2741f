import { posix } from "node:path";
import type { TreeEntry } from "./walk-tree.ts";

/** The links among entries that lead out of their tree. Pure. */
export function linksOut(entries: readonly TreeEntry[]): Extract<TreeEntry, { type: "symlink" }>[] {
  return entries.filter((entry) => entry.type === "symlink").filter(({ path, link }) => linkLeavesTree(path, link));
}

/** Whether a link at `path` (relative to a tree, with `/`) points out of that tree. Absolute targets do. Pure. */
export function linkLeavesTree(path: string, link: string): boolean {
  if (link.startsWith("/") || /^[A-Za-z]:/.test(link)) return true;
  const target = posix.normalize(posix.join(posix.dirname(path), link));
  return target === ".." || target.startsWith("../");
}
