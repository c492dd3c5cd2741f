import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isLeftBehind } from "./left-behind.ts";
import { processMark } from "./process-mark.ts";

/** The ending of the name of a file that is not complete yet. */
const PART = ".part";
const DRAFT = /\.([0-9a-f]{16}\.\d+\.\d+)-[0-9a-f]{12}\.part$/;
/** Milliseconds without a write after which a draft counts as left behind, where its process cannot be checked. */
const ABANDONED_MS = 10 * 60_000;

/** A new name beside `path` to write to before the file is moved to its place; it carries the mark of this process. */
export function draftPath(path: string): string {
  return `${path}.${processMark()}-${randomBytes(6).toString("hex")}${PART}`;
}

/**
 * Removes the drafts in a folder that killed processes left: those of the file `name`, or of every file. In a folder
 * that is `ours`, whatever is named like an unfinished file is one. Best effort: others may sweep as well.
 */
export async function sweepDrafts(folder: string, { name = "", ours = false } = {}): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const drafts = names.filter(
    (one) => (DRAFT.test(one) && (name === "" || one.replace(DRAFT, "") === name)) || (ours && one.endsWith(PART)),
  );
  const sweeping = drafts.map(async (one) => {
    const path = join(folder, one);
    if (await isLeftBehind(path, DRAFT.exec(one)?.[1] ?? "", ABANDONED_MS)) await rm(path, { force: true });
  });
  await Promise.allSettled(sweeping);
}
