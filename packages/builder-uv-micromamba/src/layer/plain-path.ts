/** `./a//b` as `a/b`, of a path that does not lead out. */
export function plainPath(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
