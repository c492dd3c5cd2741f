import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { failureOf } from "../fixtures/tiny-image.ts";
import { processMark } from "../process/process-mark.ts";
import { withFileLock } from "./file-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("lets one in at a time, and leaves nothing", async () => {
  let inside = 0;
  let most = 0;
  const turn = () =>
    withFileLock(join(folder, "lock"), async () => {
      most = Math.max(most, ++inside);
      await sleep(5);
      inside--;
    });
  await Promise.all(Array.from({ length: 10 }, turn));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it("takes over from a holder without a sign of life, however old its file says it is", async () => {
  const path = join(folder, "lock");
  for (const time of [new Date(0), new Date(), new Date(Date.now() + 86_400_000)]) {
    await writeFile(path, "dead");
    await utimes(path, time, time);
    expect(await withFileLock(path, async () => "in", { staleMs: 200 })).toBe("in");
  }
  expect(await readdir(folder)).toEqual([]);
});

it("does not wait for a holder that is known to have ended", async () => {
  const path = join(folder, "lock");
  const [place, pid, start] = processMark().split(".");
  await writeFile(path, `${place}.${pid}.${Number(start) - 1}-0123`);
  expect(await withFileLock(path, async () => "in", { signal: AbortSignal.timeout(5000) })).toBe("in");
  expect(await readdir(folder)).toEqual([]);
});

it("waits for a holder that lives longer than that", async () => {
  const path = join(folder, "lock");
  const order: string[] = [];
  const slow = withFileLock(
    path,
    async () => {
      await sleep(700);
      order.push("slow");
    },
    { staleMs: 250 },
  );
  await sleep(20);
  await withFileLock(path, async () => void order.push("next"), { staleMs: 250 });
  await slow;
  expect(order).toEqual(["slow", "next"]);
});

it("runs the work again when the lock was lost in between", async () => {
  const path = join(folder, "lock");
  let runs = 0;
  const done = await withFileLock(path, async (confirm) => {
    if (++runs === 1) {
      await writeFile(path, "another");
      setTimeout(() => rm(path, { force: true }), 30);
    }
    await confirm();
    return (await readFile(path, "utf8")) === "another";
  });
  expect(done).toBe(false);
  expect(runs).toBe(2);
});

it.each([
  ["a folder", (path: string) => mkdir(path)],
  ["a link to nothing", (path: string) => symlink("nowhere", path)],
  ["a pipe", async (path: string) => void execFileSync("mkfifo", [path])],
])("refuses %s in the lock's place", async (_, make) => {
  const path = join(folder, "lock");
  await make(path);
  expect(await failureOf(withFileLock(path, async () => 1))).toMatchObject({ code: "not_a_file" });
  expect(await readdir(folder)).toEqual(["lock"]);
});

// Root reads any file.
it.runIf(process.getuid?.() === 0)("takes over from a holder whose file it may not read", async () => {
  const path = join(folder, "lock");
  await chmod(folder, 0o777);
  await writeFile(path, "dead", { mode: 0o600 });
  process.seteuid?.(4242);
  try {
    await expect(readFile(path)).rejects.toMatchObject({ code: "EACCES" });
    expect(await withFileLock(path, async () => "in", { staleMs: 200 })).toBe("in");
  } finally {
    process.seteuid?.(0);
  }
  expect(await readdir(folder)).toEqual([]);
});

it("leaves when cancelled, and says what the folder says", async () => {
  const path = join(folder, "lock");
  await writeFile(path, "held");
  expect(await failureOf(withFileLock(path, async () => 1, { signal: AbortSignal.timeout(50) }))).toBeDefined();
  expect(await failureOf(withFileLock(join(folder, "no/lock"), async () => 1))).toMatchObject({ code: "ENOENT" });
});
