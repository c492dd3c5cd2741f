import { handedOn } from "../system/handed-on.ts";

/** The file of dpkg's diversions. Each has three lines: the path, the place it is put instead, and the package. */
export const DIVERSIONS = "var/lib/dpkg/diversions";

/** The number of buckets in the hash table in which dpkg keeps the names of files. */
const BUCKETS = 262_139;

/** A path of other packages that dpkg puts elsewhere. */
export interface Diversion {
  path: string;
  to: string;
  /** The package that diverts. */
  by: string;
}

/**
 * The text of dpkg's diversions with one more. dpkg writes them in the order of its hash table, and so does this.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a path that is diverted already.
 */
export function addDiversion(text: string, { path, to, by }: Diversion): string {
  const lines = text.split("\n");
  const all: string[][] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) all.push(lines.slice(at, at + 3));
  const other = all.find(([diverted]) => diverted === path);
  if (other !== undefined) throw handedOn(`${by} diverts ${path}, which ${other[2]} has diverted`);
  const sorted = [...all, [path, to, by]].sort(([one = ""], [another = ""]) => bucketOf(one) - bucketOf(another));
  return sorted.flatMap((lines) => lines.map((line) => `${line}\n`)).join("");
}

/** The bucket of a path: the 32-bit FNV-1a hash of its name, without the leading slash. */
function bucketOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(path.slice(1))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % BUCKETS;
}
