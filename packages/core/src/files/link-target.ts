import { posix } from "node:path";

/** Whether a link at `path` (relative to a tree, with `/`) points out of that tree. Absolute targets do. Pure. */
export function linkLeavesTree(path: string, link: string): boolean {
  if (link.startsWith("/") || /^[A-Za-z]:/.test(link)) return true;
  const target = posix.normalize(posix.join(posix.dirname(path), link));
  return target === ".." || target.startsWith("../");
}
