import { createHash } from "node:crypto";
import { join, sep } from "node:path";
import type { ContentFile } from "../identity/content.ts";
import { replaceFile } from "../process/replace-file.ts";
import { type ChangedFile, changedFiles, ROW } from "./changed-files.ts";
import type { FileStats } from "./file-stats.ts";
import { areTelling } from "./file-times.ts";
import { type FoundFile, foundFile } from "./found-file.ts";
import { hashFiles } from "./hash-files.ts";
import { InputFaults } from "./input-faults.ts";
import { type KeptList, keptPieces, readKept } from "./kept-list.ts";
import { MODES, type ShippedFile } from "./shipped-file.ts";
import { ShippedList } from "./shipped-list.ts";
import type { StatCache } from "./stat-cache.ts";
import { KIND, type Trail } from "./trail.ts";
import { unread } from "./unread.ts";
import type { TreeEntry } from "./walk-tree.ts";

/** Where more files have changed, to list them all anew takes no longer. */
const MOST_CHANGED = 100;

/** Which list is meant. */
export interface ListQuestion {
  cacheFolder: string;
  /** Names the file: lists of other trees do not take its place. */
  tree: string;
  /** The tree's top. */
  root: string;
  /** Its path in the context. */
  prefix: string;
  /** All that the list depends on besides what the tree and its rules hold. */
  terms: string;
}

/**
 * The list of a tree's files out of the one that was made last, where names and rules are what they were: files that
 * have changed are hashed and put in their place, and nothing is made of the others, as in git's index. Undefined where
 * anything else has changed, or nothing was kept.
 *
 * @throws the signal's reason.
 */
export async function readKnownList(question: ListQuestion, signal?: AbortSignal): Promise<ShippedList | undefined> {
  const kept = await readKept(fileOf(question)).catch(() => undefined);
  if (kept === undefined) return undefined;
  try {
    if (kept.terms === question.terms && (await bringUpToDate(question, kept, signal)))
      return new ShippedList([kept.items], () => shippedFiles(question, kept));
  } catch {
    // Listing the tree says what is wrong.
    signal?.throwIfAborted();
  }
  // V8 learns late of what is not on its heap, and a new list takes as much.
  kept.items.buffer.transfer(0);
  return undefined;
}

/**
 * The stats by which the files among entries are known again, in this order. Of one that cannot be, such as a file that
 * changes just now, there are none: it is hashed each time. Undefined when there are many of those.
 */
export function rowsOf(entries: readonly TreeEntry[], cache: StatCache): Float64Array<ArrayBuffer> | undefined {
  const files = entries.filter((entry) => entry.type === "file");
  const rows = new Float64Array(files.length * ROW);
  let unknown = 0;
  for (const [nth, file] of files.entries()) {
    const { source, sha256 = "", mode } = file;
    if (cache.copyStats(unread(source), sha256, rows, nth * ROW)) rows[nth * ROW + ROW - 1] = mode;
    else if (++unknown > MOST_CHANGED) return undefined;
    else rows.set(unknownRow(file), nth * ROW);
  }
  return rows;
}

/** Keeps a list for the next time, where it can be written. `rows` are of the files in the order of the trail. */
export async function keepList(
  question: ListQuestion,
  { trail, rows, list }: { trail: Trail; rows: Float64Array<ArrayBuffer>; list: ShippedList },
): Promise<void> {
  const { folders, links, witnesses } = trail;
  const kept = { terms: question.terms, trail: { witnesses, links, folders } };
  const pieces = keptPieces(rows, kept, list.items);
  await replaceFile(fileOf(question), pieces).catch(() => {});
}

function fileOf({ cacheFolder, tree }: ListQuestion): string {
  return join(cacheFolder, "list", createHash("sha256").update(tree).digest("hex").slice(0, 32));
}

/** Whether a kept list is, or could be made, what listing the tree now would give. */
async function bringUpToDate(question: ListQuestion, kept: KeptList, signal?: AbortSignal): Promise<boolean> {
  const { root } = question;
  const changed = await changedFiles({ root, ...kept }, signal);
  if (changed === undefined || changed.length > MOST_CHANGED) return false;
  if (changed.length === 0) return true;
  const taken = new Map<string, FileStats>();
  const cache = { get: () => undefined, set: (path: string, stats: FileStats) => void taken.set(path, stats) };
  const faults = new InputFaults();
  const files = changed.map(({ path, stats }) => foundFile(path, `${root}${sep}${path}`, stats));
  await hashFiles(files, { cache, parameter: "sourceRoot", faults, signal });
  faults.throwIfAny();
  let isKnownAgain = false;
  for (const [at, file] of files.entries()) {
    const stats = taken.get(file.source);
    // No hash is remembered of what each run has to warn of.
    if (stats === undefined || !putInPlace(file, `${question.prefix}/${file.path}`, kept.items)) return false;
    const isTelling = areTelling(stats, Date.now());
    const row = isTelling ? [stats.size, stats.mtime, stats.ctime, stats.inode, file.mode] : unknownRow(file);
    kept.rows.set(row, (changed[at] as ChangedFile).nth * ROW);
    isKnownAgain ||= isTelling;
  }
  if (isKnownAgain) await replaceFile(fileOf(question), kept.again()).catch(() => {});
  return true;
}

/** The row of a file that is not known again. */
function unknownRow({ size, mode }: FoundFile): number[] {
  return [size, Number.NaN, Number.NaN, Number.NaN, mode];
}

/** Writes a file's mode and hash over those that the items have of it: they have the same length. */
function putInPlace({ mode, sha256 }: FoundFile, path: string, items: Buffer): boolean {
  const before = Buffer.from(`[${JSON.stringify(path)},"file",`);
  const at = items.indexOf(before);
  if (at < 0) return false;
  items.write(`"${MODES.get(mode)}","${sha256}"]`, at + before.length);
  return true;
}

function shippedFiles({ root, prefix }: ListQuestion, { trail, rows, items }: KeptList): ShippedFile[] {
  const places = new Map<string, number>();
  for (const { path, names, kinds } of trail.folders) {
    for (const [at, name] of names.split("/").entries()) {
      if (kinds[at] === KIND.shippedFile) places.set(path === "" ? name : `${path}/${name}`, places.size);
    }
  }
  const content = JSON.parse(`[${items.toString("utf8")}]`) as ContentFile[];
  return content.map(([path, type, mode, mark]): ShippedFile => {
    if (type === "directory") return { type, path, mode: 0o755 };
    if (type === "symlink") return { type, path, mode: 0o777, link: mark };
    const own = path.slice(prefix.length + 1);
    const size = rows[(places.get(own) as number) * ROW] as number;
    return { type, path, mode: mode === "0755" ? 0o755 : 0o644, size, sha256: mark, source: `${root}${sep}${own}` };
  });
}
