import { posix } from "node:path";
import type { ShippedFile } from "@imagespec/core/builder";

/** Links that a path may lead through, as Linux counts them (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The first of the user's links that leads to itself, by way of others or at once, by its path below /root; undefined when
 * none does. Pure.
 */
export function loopingLink(files: readonly ShippedFile[]): string | undefined {
  const links = new Map<string, string>();
  for (const file of files) {
    // Below `source/` and `copy/` stands what goes to /root; of a path that both have, the copy stays.
    const path = /^(?:source|copy)\/(.+)$/s.exec(file.path)?.[1];
    if (path === undefined) continue;
    if (file.type === "symlink") links.set(path, file.link);
    else links.delete(path);
  }
  return [...links.keys()].find((path) => leadsToItself(path, links));
}

function leadsToItself(path: string, links: ReadonlyMap<string, string>): boolean {
  const left = path.split("/");
  let at = "";
  for (let followed = 0; left.length > 0; ) {
    const name = left.shift() as string;
    const next = posix.normalize(posix.join(at, name));
    const link = links.get(next);
    if (link === undefined) {
      at = next;
      continue;
    }
    if (++followed > MOST_LINKS) return true;
    left.unshift(...link.split("/").filter((part) => part !== ""));
  }
  return false;
}
