import type { InputFaults } from "./input-faults.ts";
import type { TreeEntry } from "./walk-tree.ts";

/**
 * Sources and copies go to the same folder of the image, copies last. A file may replace a file and folders merge; a
 * folder where the other has a file, or a link where the other has something else, is a fault, since tools that lay
 * them differ in what they do then.
 */
export function findCollisions(sources: readonly TreeEntry[], others: readonly TreeEntry[], faults: InputFaults): void {
  const copies = placesIn("copy/", others);
  if (copies.size === 0) return;
  const source = placesIn("source/", sources);
  for (const [place, copy] of copies) {
    const other = source.get(place);
    if (other === undefined || (other.type === copy.type && other.type !== "symlink")) continue;
    if (other.type === "symlink" && copy.type === "symlink" && other.link === copy.link) continue;
    const message = `'${place}' is ${KINDS[copy.type]} in copy and ${KINDS[other.type]} in sourceRoot`;
    faults.add("copy", { code: "collision", message, hint: "Leave one of the two out, or rename it." });
  }
}

const KINDS = { file: "a file", directory: "a folder", symlink: "a link", text: "a file" } as const;

/** What lies below one of the two trees, by its place in the image, with the folders that lead there. */
function placesIn(tree: string, entries: readonly TreeEntry[]): Map<string, TreeEntry> {
  const places = new Map<string, TreeEntry>();
  for (const entry of entries) {
    if (!entry.path.startsWith(tree)) continue;
    const place = entry.path.slice(tree.length);
    for (let slash = place.lastIndexOf("/"); slash > 0; slash = place.lastIndexOf("/", slash - 1)) {
      const path = place.slice(0, slash);
      if (places.has(path)) break;
      places.set(path, { type: "directory", path });
    }
    places.set(place, entry);
  }
  return places;
}
