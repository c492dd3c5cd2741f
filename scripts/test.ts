// npm test [VITEST ARGUMENTS]: starts the services, runs every test once, stops what it started; ends with the line
// `N passed, N failed, N skipped`.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runningDaemons, stopDaemon } from "./services/daemon.ts";
import { ensureServices } from "./services/services.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const before = new Set((await runningDaemons()).map(({ name }) => name));
let prefetch: ChildProcess | undefined;
let vitest: ChildProcess | undefined;
let interrupted = false;
// Vitest receives a terminal's Ctrl-C itself; a signal to this process alone is forwarded.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
    vitest?.kill(signal);
  });
}

let closing: string | undefined;
let code = 1;
try {
  if (process.argv.length === 2) prefetch = startPrefetch();
  await ensureServices();
  if (!interrupted) code = await runVitest({ ...process.env, IMAGESPEC_DEV_KEEP: "1" });
} catch (error) {
  console.error(error);
} finally {
  stopPrefetch();
  for (const { name } of await runningDaemons()) if (!before.has(name)) await stopDaemon(name);
}
if (closing === undefined) console.error("test: vitest ended without counting its tests");
closing ??= "0 passed, 1 failed, 0 skipped";
console.log(closing);
const ended = closing.includes(" 0 failed,") ? code : code || 1;
process.exitCode = interrupted ? 130 : ended;

/** For a run of everything: builds the tools that take minutes while services start and shorter tests run. */
function startPrefetch(): ChildProcess {
  const script = fileURLToPath(new URL("./services/prefetch.ts", import.meta.url));
  // In its own process group, so that its compilers end with it.
  return spawn(process.execPath, [script], { detached: true, stdio: ["ignore", "inherit", "inherit"] });
}

function stopPrefetch(): void {
  if (prefetch?.pid === undefined || prefetch.exitCode !== null) return;
  try {
    process.kill(-prefetch.pid, "SIGTERM");
  } catch {
    // It has ended meanwhile.
  }
}

/** Passes on what vitest prints, and keeps the closing line for the end. */
async function runVitest(env: NodeJS.ProcessEnv): Promise<number> {
  const reporters = ["default", "./tests/reporters/closing-line-reporter.ts"];
  const args = ["run", ...reporters.map((name) => `--reporter=${name}`), ...process.argv.slice(2)];
  const program = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio });
  vitest = child;
  const ended = new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? 1)));
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+ passed, \d+ failed, \d+ skipped$/.test(line)) closing = line;
    else console.log(line);
  }
  return ended;
}
