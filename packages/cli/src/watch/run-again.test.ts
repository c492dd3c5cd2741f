import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runAgain, type WatchedState } from "./run-again.ts";

let folder: string;
let stop: AbortController;
/** What happened, in order. */
let log: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "again-"));
  stop = new AbortController();
  log = [];
});
afterEach(() => rm(folder, { recursive: true }));

const save = (image: string, source: string) => writeFile(join(folder, "spec"), `${image} ${source}`);

async function prepare(): Promise<WatchedState> {
  const [imageKey = "", source = ""] = (await readFile(join(folder, "spec"), "utf8")).split(" ");
  if (imageKey === "wrong") throw new Error("wrong");
  return { imageKey, key: `${imageKey} ${source}`, watched: [folder] };
}

function create({ key }: WatchedState, image: string) {
  log.push(`create ${image}`);
  return {
    start() {
      const end = Promise.withResolvers<number>();
      log.push(`start ${image}: ${key}`);
      if (key.endsWith("short")) end.resolve(7);
      return {
        ended: end.promise,
        stop: async () => {
          log.push(`stop ${key}`);
          if (key.endsWith("last")) stop.abort();
          end.resolve(143);
        },
      };
    },
    async remove() {
      log.push(`remove ${image}`);
    },
  };
}

async function build({ imageKey }: WatchedState) {
  log.push(`build ${imageKey}`);
  if (imageKey === "broken") throw new Error("broken");
  return `image ${imageKey}`;
}

async function watch() {
  const report = (error: unknown) => log.push((error as Error).message);
  const tell = (text: string) => log.push(text.trim().replace(/^.* (?=changed)/, ""));
  return runAgain(await prepare(), { prepare, build, create, report, tell, signal: stop.signal });
}

/** Waits until that much has happened, and returns what was new. */
async function happened(count: number) {
  await vi.waitFor(() => expect(log.length).toBeGreaterThanOrEqual(count), { timeout: 10_000, interval: 10 });
  return log.splice(0);
}

it("runs again with what changed, builds for another image alone, and stops what runs only then", async () => {
  await save("one", "1");
  const watching = watch();
  expect(await happened(3)).toEqual(["build one", "create image one", "start image one: one 1"]);
  await save("one", "2");
  expect(await happened(4)).toEqual(["changed", "create image one", "stop one 1", "start image one: one 2"]);
  await save("two", "2");
  expect(await happened(5)).toEqual([
    "changed",
    "build two",
    "create image two",
    "stop one 2",
    "start image two: two 2",
  ]);
  await writeFile(join(folder, "of no matter"), "");
  await save("two", "short");
  expect(await happened(5)).toEqual([
    "changed",
    "create image two",
    "stop two 2",
    "start image two: two short",
    "ended with 7; runs again when a file changes",
  ]);
  stop.abort();
  await watching;
  expect(log).toEqual(["stop two short"]);
});

it("reports what is wrong and lets the program go on until it can be run again", async () => {
  await save("one", "1");
  const watching = watch();
  await happened(3);
  await save("wrong", "1");
  expect(await happened(1)).toEqual(["wrong"]);
  await save("broken", "1");
  expect(await happened(3)).toEqual(["changed", "build broken", "broken"]);
  await save("one", "1");
  expect(await happened(5)).toEqual([
    "changed",
    "build one",
    "create image one",
    "stop one 1",
    "start image one: one 1",
  ]);
  stop.abort();
  await watching;
});

it("removes what was made for the next run when it is interrupted meanwhile", async () => {
  await save("one", "last");
  const watching = watch();
  await happened(3);
  await save("two", "1");
  await watching;
  expect(log.slice(0, 5)).toEqual(["changed", "build two", "create image two", "stop one last", "remove image two"]);
  expect(log).not.toContain("start image two: two 1");
});

it("fails when the first image cannot be built", async () => {
  await save("broken", "1");
  await expect(watch()).rejects.toThrow("broken");
});
