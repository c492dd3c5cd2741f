import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { watchCommandLines } from "./watch-command-lines.ts";

test("sees what stands in the command line of a process, and nothing else", async () => {
  const watch = watchCommandLines(["needle-in-argv", "needle-nowhere-else".split("").reverse().join("")]);
  const program = "process.stdout.write('started'); setTimeout(() => {}, 60_000)";
  const child = spawn(process.execPath, ["-e", program, "needle-in-argv"]);
  await once(child.stdout, "data");
  const found = await watch.stop();
  child.kill();
  expect(found).toEqual(existsSync("/proc/self/cmdline") ? ["needle-in-argv"] : []);
});
