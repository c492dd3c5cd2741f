import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { isRunning, processMark } from "./process-mark.ts";

async function startMarked() {
  const module = new URL("./process-mark.ts", import.meta.url).href;
  const script = `console.log((await import(${JSON.stringify(module)})).processMark()); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return { child, mark: chunk.toString().trim() };
}

it("is the same in one process, and another in every other", async () => {
  const { child, mark } = await startMarked();
  expect(processMark()).toBe(processMark());
  expect(mark).not.toBe(processMark());
  expect(mark).toMatch(/^[\w.]{1,63}$/);
  child.kill("SIGKILL");
  await once(child, "close");
});

it.runIf(existsSync("/proc/self/stat"))("tells a process that runs from one that was killed", async () => {
  const { child, mark } = await startMarked();
  expect(isRunning(processMark())).toBe(true);
  expect(isRunning(mark)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(isRunning(mark)).toBe(false);
});

it("takes a pid that is used again for another process", () => {
  const [place, pid, start] = processMark().split(".");
  if (start !== "0") expect(isRunning(`${place}.${pid}.${Number(start) - 1}`)).toBe(false);
});

it.each(["0123456789abcdef.1.1", "", "not a mark", "../../etc"])(
  "does not judge %j, which is of no process here",
  (mark) => {
    expect(isRunning(mark)).toBeUndefined();
  },
);
