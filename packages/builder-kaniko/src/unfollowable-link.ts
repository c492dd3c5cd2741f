import type { ShippedFile } from "@imagespec/core/builder";

/** Links that a path may lead through, as Linux counts them (path_resolution(7)). */
const MOST_LINKS = 40;
/** Bytes of a name on Linux's file systems. */
const LONGEST_NAME = 255;
/** Where the user's files go. */
const HOME = "/root";

/**
 * The first of the user's links that can be followed neither to something nor to a path that is not there, by its path
 * in the image: one that leads to itself, by way of others or at once, through a file, or to a name that is too long;
 * undefined when there is none. Pure.
 */
export function unfollowableLink(files: readonly ShippedFile[]): string | undefined {
  const shipped = new Map<string, ShippedFile>();
  for (const file of files) {
    // Below `source/` and `copy/` stands what goes to /root; of a path that both have, the copy stays.
    const path = /^(?:source|copy)\/(.+)$/s.exec(file.path)?.[1];
    if (path !== undefined) shipped.set(`${HOME}/${path}`, file);
  }
  return [...shipped].find(([path, { type }]) => type === "symlink" && !canFollow(path, shipped))?.[0];
}

function canFollow(path: string, shipped: ReadonlyMap<string, ShippedFile>): boolean {
  const left = path.split("/");
  const at: string[] = [];
  for (let followed = 0; left.length > 0; ) {
    const name = left.shift() as string;
    if (name === "..") at.pop();
    if (name === "" || name === "." || name === "..") continue;
    if (Buffer.byteLength(name) > LONGEST_NAME) return false;
    at.push(name);
    const found = shipped.get(`/${at.join("/")}`);
    if (found?.type === "file" && left.length > 0) return false;
    if (found?.type !== "symlink") continue;
    if (++followed > MOST_LINKS) return false;
    if (found.link.startsWith("/")) at.length = 0;
    else at.pop();
    left.unshift(...found.link.split("/"));
  }
  return true;
}
