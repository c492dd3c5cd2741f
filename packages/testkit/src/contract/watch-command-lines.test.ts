import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchCommandLines } from "./watch-command-lines.ts";

test("sees what stands in the command line of a process, and nothing else", async () => {
  const watch = watchCommandLines(["needle-in-argv", "needle-nowhere-else".split("").reverse().join("")]);
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 10_000)", "needle-in-argv"]);
  await sleep(500);
  child.kill();
  expect(await watch.stop()).toEqual(existsSync("/proc/self/cmdline") ? ["needle-in-argv"] : []);
});
