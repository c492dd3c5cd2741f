import { randomBytes } from "node:crypto";
import { link, lstat, rename, rm, utimes, writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { LARGEST_RULES, notAFile, readRegularFile } from "../file/read-regular-file.ts";
import { isRunning, processMark } from "../process/process-mark.ts";

export interface FileLockOptions {
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds without a sign of life after which a holder counts as dead that is not known to be; default 10 000.
   */
  staleMs?: number | undefined;
}

/** Another process took the lock's holder for dead while it held the lock. */
class LostLockError extends Error {}

/**
 * Runs `work` while `path` is locked against every process that sees the file, whatever its host or pid namespace: the
 * lock is a file that only one can create, its holder touches it while it lives, and one that is known to have ended is
 * not waited for. `work` calls `confirm` right before what must not happen twice; when the lock was lost by then, all
 * of it runs again.
 *
 * @throws FileRefused where something else than a file stands at `path`, and what the system says of its folder.
 */
export async function withFileLock<T>(
  path: string,
  work: (confirm: () => Promise<void>) => Promise<T>,
  options: FileLockOptions = {},
): Promise<T> {
  const staleMs = options.staleMs ?? 10_000;
  for (;;) {
    const token = `${processMark()}-${randomBytes(16).toString("hex")}`;
    await acquire(path, token, staleMs, options.signal);
    const beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, staleMs / 5);
    beat.unref();
    try {
      return await work(async () => {
        if ((await contentOf(path)) !== token) throw new LostLockError(`the lock ${path} was taken by another process`);
      });
    } catch (error) {
      if (!(error instanceof LostLockError)) throw error;
    } finally {
      clearInterval(beat);
      if ((await contentOf(path)) === token) await rm(path, { force: true });
    }
  }
}

async function acquire(path: string, token: string, staleMs: number, signal: AbortSignal | undefined): Promise<void> {
  let seen = { state: "", since: 0 };
  for (let wait = 10; ; wait = Math.min(wait * 2, 250)) {
    signal?.throwIfAborted();
    try {
      await writeFile(path, token, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        // On a full disk the file was made and not written.
        if ((await contentOf(path)) === "") await rm(path, { force: true });
        throw error;
      }
    }
    const state = await stateOf(path);
    if (state === undefined) continue;
    // Measured by our own clock alone, since the file system's or the holder's may differ.
    if (state.text !== seen.state) seen = { state: state.text, since: performance.now() };
    const holder = state.token?.slice(0, Math.max(state.token.lastIndexOf("-"), 0)) ?? "";
    if (isRunning(holder) === false || performance.now() - seen.since > staleMs) await breakLock(path, state.token);
    await sleep(wait * (0.5 + Math.random()), undefined, { signal });
  }
}

/** Removes a dead holder's lock; if another process holds it by now, it is put back. */
async function breakLock(path: string, token: string | undefined): Promise<void> {
  const taken = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, taken);
    if ((await contentOf(taken)) !== token) await link(taken, path).catch(() => undefined);
    await rm(taken, { force: true });
  } catch (error) {
    // Another waiter was faster.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** What is seen of a lock; undefined when it is gone. Another user's may have no token that can be read. */
async function stateOf(path: string): Promise<{ token: string | undefined; text: string } | undefined> {
  const [token, found] = await Promise.all([contentOf(path), lstat(path).catch(() => undefined)]);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw notAFile();
  return { token, text: `${token} ${found.mtimeMs}` };
}

async function contentOf(path: string): Promise<string | undefined> {
  return readRegularFile(path, LARGEST_RULES).then(String, () => undefined);
}
