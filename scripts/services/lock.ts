import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "./cache-folder.ts";
import { processStart } from "./process-start.ts";

/**
 * Runs `work` while no other process of this user runs work of the same name. The lock of a dead process is taken over.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = join(cacheFolder("locks"), name);
  await mkdir(cacheFolder("locks"), { recursive: true });
  while (!(await tryLock(file))) await sleep(150);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

const holderOf = (pid: number) => `${pid} ${processStart(pid)}`;

/** The lock appears complete, naming its holder: it is a link to a file that was written before. */
async function tryLock(file: string): Promise<boolean> {
  const mine = `${file}.${process.pid}.${performance.now()}`;
  await writeFile(mine, holderOf(process.pid));
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(mine, { force: true });
  }
  const holder = await readFile(file, "utf8").catch(() => undefined);
  if (holder !== undefined && holder !== holderOf(Number.parseInt(holder, 10))) await removeStale(file, holder);
  return false;
}

/**
 * Another process may have taken over the lock meanwhile: a lock that is moved away is checked, and put back unless it
 * is stale.
 */
async function removeStale(file: string, holder: string): Promise<void> {
  const moved = `${file}.stale.${process.pid}`;
  try {
    await rename(file, moved);
  } catch {
    return;
  }
  if ((await readFile(moved, "utf8")) !== holder) await link(moved, file).catch(() => {});
  await rm(moved, { force: true });
}
