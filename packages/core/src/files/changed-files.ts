import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileStats } from "./file-stats.ts";
import { areTelling } from "./file-times.ts";
import { modeOf } from "./found-file.ts";
import { KIND, kindOf, type Trail, type TrailFolder, versionOf, type Witness } from "./trail.ts";

/** Numbers of a file: its version, and its mode as git keeps it. */
export const ROW = 5;

/** A tree as it was met before. */
export interface MetTree {
  /** Absolute path of its top. */
  root: string;
  trail: Pick<Trail, "folders" | "links" | "witnesses">;
  /** {@link ROW} numbers for each file that is shipped, in the order of the trail. */
  rows: Float64Array;
  /** When they were kept, in milliseconds: what was as young as that may have changed unseen. */
  written: number;
}

/** A file that may hold something else than before. */
export interface ChangedFile {
  /** From the tree's top, with `/`. */
  path: string;
  /** Which of the rows is its. */
  nth: number;
  stats: Stats;
}

/**
 * The files of a tree whose stats are not what they were; undefined where anything else is not what was met before: a
 * name, what it stands for, a link's target, or a rule. It reads each folder, since the times of a folder say on too
 * few file systems whether it holds the same names. @throws what the file system says, and the signal's reason.
 */
export async function changedFiles(met: MetTree, signal?: AbortSignal): Promise<ChangedFile[] | undefined> {
  const { folders, links, witnesses } = met.trail;
  if (!witnesses.every((witness) => isSameWitness(witness, met.written))) return undefined;
  // Names first: they take a fifth of the time, and where one is new all of the list is made anew.
  const isSame = await each(folders, signal, (folder) => isSameFolder(met.root, folder));
  if (!isSame) return undefined;
  const targets = links.values();
  const changed: ChangedFile[] = [];
  let nth = 0;
  const isSameBelow = await each(folders, signal, ({ path, names, kinds }) => {
    const prefix = path === "" ? "" : `${path}/`;
    const top = `${met.root}${sep}${prefix}`;
    for (const [at, name] of names.split("/").entries()) {
      if (kinds[at] === KIND.shippedLink && !isSameLink(`${top}${name}`, targets.next().value)) return false;
      if (kinds[at] !== KIND.shippedFile) continue;
      const stats = lstatSync(`${top}${name}`);
      if (!isSameFile(stats, met, nth)) changed.push({ path: `${prefix}${name}`, nth, stats });
      nth++;
    }
    return true;
  });
  return isSameBelow ? changed : undefined;
}

/** Whether something holds for each folder; other work has its turn in between. */
async function each(
  folders: readonly TrailFolder[],
  signal: AbortSignal | undefined,
  holds: (folder: TrailFolder) => boolean,
): Promise<boolean> {
  for (const folder of folders) {
    signal?.throwIfAborted();
    if (!holds(folder)) return false;
    await setImmediate();
  }
  return true;
}

function isSameWitness([path, kind, version]: Witness, written: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (kindOf(stats) !== kind) return false;
  if (stats === undefined || version === undefined) return true;
  return areTelling(fileStats(stats), written) && versionOf(stats).every((number, at) => number === version[at]);
}

function isSameFolder(root: string, { path, names, kinds }: TrailFolder): boolean {
  const children = readdirSync(`${root}${sep}${path}`, { withFileTypes: true });
  if (children.length !== kinds.length || children.map(({ name }) => name).join("/") !== names) return false;
  return children.every((child, at) => {
    const kind = kinds[at];
    if (kind === KIND.folder) return child.isDirectory();
    if (kind === KIND.shippedLink || kind === KIND.otherLink) return child.isSymbolicLink();
    return !child.isDirectory() && !child.isSymbolicLink();
  });
}

function isSameLink(path: string, target: string | undefined): boolean {
  return target !== undefined && readlinkSync(path, "buffer").equals(Buffer.from(target));
}

function isSameFile(stats: Stats, { rows, written }: MetTree, nth: number): boolean {
  const at = nth * ROW;
  const isSame =
    rows[at] === stats.size &&
    rows[at + 1] === stats.mtimeMs &&
    rows[at + 2] === stats.ctimeMs &&
    rows[at + 3] === stats.ino &&
    rows[at + 4] === modeOf(stats);
  return isSame && stats.isFile() && areTelling(fileStats(stats), written);
}
