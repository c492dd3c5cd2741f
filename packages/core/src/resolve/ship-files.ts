import { createHash } from "node:crypto";
import { sortByBytes } from "./compare-paths.ts";
import { type HashOptions, hashFiles } from "./hash-files.ts";
import type { ShippedFile } from "./shipped-file.ts";
import type { TreeEntry } from "./walk-tree.ts";

type FileEntry = Extract<TreeEntry, { type: "file" }>;

/**
 * Turns what was listed into what is shipped: hashed, with the folders that lead there, sorted by the bytes of the
 * path, modes as git keeps them.
 */
export async function shipFiles(entries: readonly TreeEntry[], options: HashOptions): Promise<ShippedFile[]> {
  const byPath = new Map<string, TreeEntry>();
  for (const entry of entries) {
    // From the nearest folder up: above one that is known, all are.
    for (let slash = entry.path.lastIndexOf("/"); slash > 0; slash = entry.path.lastIndexOf("/", slash - 1)) {
      const path = entry.path.slice(0, slash);
      if (byPath.has(path)) break;
      byPath.set(path, { type: "directory", path });
    }
    byPath.set(entry.path, entry);
  }
  const files = [...byPath.values()].filter((entry): entry is FileEntry => entry.type === "file");
  const hashes = await hashFiles(files, options);
  const shipped: ShippedFile[] = [];
  for (const entry of byPath.values()) {
    const { type, path } = entry;
    if (type === "directory") shipped.push({ type, path, mode: 0o755 });
    else if (type === "text") shipped.push(textFile(entry));
    else if (type === "symlink") shipped.push({ type, path, mode: 0o777, link: entry.link });
    else {
      const hashed = hashes.get(entry.absolute);
      // Without a hash there is a fault, and the caller throws it.
      if (!hashed) continue;
      const mode = hashed.stats.mode & 0o100n ? 0o755 : 0o644;
      shipped.push({
        type,
        path,
        mode,
        size: Number(hashed.stats.size),
        sha256: hashed.sha256,
        source: entry.absolute,
      });
    }
  }
  return sortByBytes(shipped, ({ path }) => path);
}

function textFile({ path, text, source }: Extract<TreeEntry, { type: "text" }>): ShippedFile {
  const bytes = Buffer.from(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { type: "file", path, mode: 0o644, size: bytes.length, sha256, source, text };
}

/** Warnings for paths that are the same file on a machine whose file names ignore case or Unicode normalisation. */
export function clashWarnings(files: readonly ShippedFile[]): string[] {
  const seen = new Map<string, string>();
  const warnings: string[] = [];
  for (const { path } of files) {
    const folded = path.normalize("NFC").toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else warnings.push(`'${other}' and '${path}' are the same name on file systems of macOS and Windows`);
  }
  return warnings;
}
