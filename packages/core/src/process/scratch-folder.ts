import { rmSync } from "node:fs";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageSpecError, isLeftBehind, onProcessExit, processMark } from "@imagespec/registry/terms";
import { shareRunning } from "./share-running.ts";

/** `imagespec-NAME-MARK-XXXXXX`. */
const SCRATCH_FOLDER = /^imagespec-[a-z-]+-([0-9a-f]{16}\.\d+\.\d+)-\w{6}$/;
/** Milliseconds after which a folder counts as left behind when its process cannot be checked from here. */
const ABANDONED = 7 * 24 * 3600 * 1000;

/**
 * Does work with a temporary folder of its own, mode 0700, which is gone afterwards: when the work is done, fails, or
 * the process ends at once. What a killed process left is removed by the next build. `name` stands in the folder's
 * name: `docker`.
 *
 * @throws ImageSpecError E_CACHE when the folder for temporary files cannot be written.
 */
export async function withScratchFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(await makeFolder(tmpdir(), name), work);
}

/**
 * The same for a folder that is to hold secrets: it is in memory where the system has a place for that
 * (XDG_RUNTIME_DIR, or Linux's /dev/shm), so that what a killed process leaves is never on a disk.
 *
 * @throws ImageSpecError E_CACHE when the folder for temporary files cannot be written.
 */
export async function withSecretFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  for (const parent of inMemory()) {
    const folder = await makeFolder(parent, name).catch(() => undefined);
    if (folder !== undefined) return withFolder(folder, work);
  }
  return withScratchFolder(name, work);
}

/** Removes the folders of processes that ended without doing so themselves. Best effort: others may sweep as well. */
export async function sweepScratchFolders(): Promise<void> {
  await Promise.all([tmpdir(), ...inMemory()].map(sweep));
}

/** Once for builds that begin together. */
const sweep = shareRunning(removeAbandoned);

/** Folders that live in memory, the best first. */
function inMemory(): string[] {
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  // The XDG base directory specification says to ignore a relative path there.
  return [...(runtime?.startsWith("/") ? [runtime] : []), ...(process.platform === "linux" ? ["/dev/shm"] : [])];
}

function makeFolder(parent: string, name: string): Promise<string> {
  return mkdtemp(join(parent, `imagespec-${name}-${processMark()}-`)).catch((cause: Error) => {
    const message = `The folder for temporary files ${parent} cannot be written: ${cause.message}`;
    throw new ImageSpecError("E_CACHE", message, {
      cause,
      hint: "Set TMPDIR to a writable folder.",
    });
  });
}

async function withFolder<T>(folder: string, work: (folder: string) => Promise<T>): Promise<T> {
  const keep = onProcessExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await work(folder);
  } finally {
    // Work that succeeded does not fail because its folder cannot be removed: the next process tries again.
    await rm(folder, { recursive: true, force: true }).catch((error: Error) => {
      process.emitWarning(`The temporary folder ${folder} cannot be removed: ${error.message}`);
    });
    keep();
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const sweeping = names.map(async (name) => {
    const mark = SCRATCH_FOLDER.exec(name)?.[1];
    if (mark === undefined) return;
    const path = join(parent, name);
    const { uid } = await lstat(path);
    if (uid !== (process.getuid?.() ?? uid)) return;
    if (await isLeftBehind(path, mark, ABANDONED)) await rm(path, { recursive: true, force: true });
  });
  await Promise.allSettled(sweeping);
}
