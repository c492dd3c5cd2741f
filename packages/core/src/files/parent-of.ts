/** The folder that a path of a tree is in, with `/` between names; empty for the tree's top, and above it. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
