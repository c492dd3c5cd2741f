/** A part of a path that is empty, `.` or `..`. */
const ODD_PART = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether no part of a path is empty, `.` or `..`. */
export function isPlainPath(path: string): boolean {
  return !ODD_PART.test(path);
}

/** `./a//b` as `a/b`, of a path that does not lead out. */
export function plainPath(path: string): string {
  if (isPlainPath(path)) return path;
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
