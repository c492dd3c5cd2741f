import { handedOn } from "../system/handed-on.ts";

/** Where dpkg keeps them: three lines each, the path, where it is put instead, and the package that says so. */
export const DIVERSIONS = "var/lib/dpkg/diversions";

/** Lists that dpkg keeps the names of files in. */
const LISTS = 262_139;

/** What of other packages is put elsewhere. */
export interface Diversion {
  path: string;
  to: string;
  /** The package that diverts. */
  by: string;
}

/**
 * The text of dpkg's diversions with one more, in the order in which dpkg writes them: that of its lists of names.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a path that is diverted already.
 */
export function addDiversion(text: string, { path, to, by }: Diversion): string {
  const lines = text.split("\n");
  const all: string[][] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) all.push(lines.slice(at, at + 3));
  const other = all.find(([diverted]) => diverted === path);
  if (other !== undefined) throw handedOn(`${by} diverts ${path}, which ${other[2]} has diverted`);
  const sorted = [...all, [path, to, by]].sort(([one = ""], [another = ""]) => listOf(one) - listOf(another));
  return sorted.flatMap((lines) => lines.map((line) => `${line}\n`)).join("");
}

/** FNV-1a, of 32 bits, of the name without its leading slash. */
function listOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(path.slice(1))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % LISTS;
}
