import type { TarEntry } from "./tar-entry.ts";

/**
 * Puts an entry for each parent folder before its first child, as far as it lies in `under` (itself included), so that
 * modes and owners do not depend on who unpacks the layer. Folders above `under` are the base's and stay untouched.
 */
export async function* addParentFolders(
  entries: AsyncIterable<TarEntry> | Iterable<TarEntry>,
  under: string,
): AsyncGenerator<TarEntry> {
  const written = new Set<string>();
  for await (const entry of entries) {
    if (entry.type === "directory") written.add(entry.path);
    const { path } = entry;
    // If the folder of the entry is written already, so are all folders above it.
    if (written.has(path.slice(0, Math.max(path.lastIndexOf("/"), 0)))) {
      yield entry;
      continue;
    }
    for (const parent of parents(entry.path)) {
      if (written.has(parent) || (parent !== under && !parent.startsWith(`${under}/`))) continue;
      written.add(parent);
      yield { type: "directory", path: parent, mode: 0o755, uid: 0, gid: 0 };
    }
    yield entry;
  }
}

function* parents(path: string): Generator<string> {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) yield path.slice(0, slash);
}
