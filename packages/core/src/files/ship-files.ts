import { createHash } from "node:crypto";
import { sortByBytes } from "./compare-paths.ts";
import type { FoundFile } from "./found-file.ts";
import { type HashOptions, hashFiles } from "./hash-files.ts";
import type { ShippedFile } from "./shipped-file.ts";
import type { TreeEntry } from "./walk-tree.ts";

/**
 * Turns what was listed into what is shipped: hashed, with the folders that lead there, sorted by the bytes of the
 * path, modes as git keeps them. Of entries at one path the last counts.
 */
export async function shipFiles(entries: readonly TreeEntry[], options: HashOptions): Promise<ShippedFile[]> {
  // Folders that lead to others come first, so that an entry of their own counts.
  const sorted = sortByBytes([...foldersAbove(entries), ...entries], ({ path }) => path);
  const unique = sorted.filter(({ path }, at) => path !== sorted[at + 1]?.path);
  const files = unique.filter((entry) => entry.type === "file");
  await hashFiles(files, options);
  return unique.flatMap((entry) => shippedFile(entry) ?? []);
}

/** The folders that lead to entries, each once. */
function foldersAbove(entries: readonly TreeEntry[]): TreeEntry[] {
  const found = new Set<string>();
  let last = "";
  for (const { path } of entries) {
    let slash = path.lastIndexOf("/");
    // Mostly entries of one folder follow each other.
    if (slash === last.length && path.startsWith(last)) continue;
    last = path.slice(0, Math.max(slash, 0));
    for (; slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const folder = path.slice(0, slash);
      // Above one that is known, all are.
      if (found.has(folder)) break;
      found.add(folder);
    }
  }
  return [...found].map((path) => ({ type: "directory", path }));
}

function shippedFile(entry: TreeEntry): ShippedFile | undefined {
  const { type, path } = entry;
  if (type === "directory") return { type, path, mode: 0o755 };
  if (type === "text") return writtenFile(entry);
  if (type === "symlink") return { type, path, mode: 0o777, link: entry.link };
  return isHashed(entry) ? entry : undefined;
}

/** One without a hash is a fault, and the caller throws it. */
function isHashed(file: FoundFile): file is FoundFile & { sha256: string } {
  return file.sha256 !== undefined;
}

/** A file that is shipped with a text made out of what `source` holds. */
export function writtenFile({ path, text, source }: { path: string; text: string; source: string }): ShippedFile {
  const bytes = Buffer.from(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { type: "file", path, mode: 0o644, size: bytes.length, sha256, source, text };
}

/** What a text that its folding changes has some of. */
const FOLDS = /[A-Z\u0080-\uffff]/;

function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** Warnings for paths that are the same file on a machine whose file names ignore case or Unicode normalisation. */
export function clashWarnings(files: readonly ShippedFile[]): string[] {
  // Of two paths that fold to one, at least one is not what it folds to.
  const changed = files.filter(({ path }) => FOLDS.test(path)).map(({ path }) => fold(path));
  if (changed.length === 0) return [];
  const folds = new Set(changed);
  const seen = new Map<string, string>();
  const warnings: string[] = [];
  for (const { path } of files) {
    const folded = FOLDS.test(path) ? fold(path) : path;
    if (!folds.has(folded)) continue;
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else warnings.push(`'${other}' and '${path}' are the same name on file systems of macOS and Windows`);
  }
  return warnings;
}
