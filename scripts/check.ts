// node scripts/check.ts SCRIPT...: runs scripts of package.json side by side. Prints how long each took and the output
// of those that failed; exits once all have ended, with 1 when any failed.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
// Node keeps the code it compiles for the tools here, keyed by content, so that only the first run compiles it.
const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled") };
const names = process.argv.slice(2);
if (names.length === 0) {
  console.error("check: no script is named; give the scripts of package.json to run");
  process.exit(2);
}
const passed = await Promise.all(names.map(check));
const failed = names.filter((_, index) => !passed[index]);
if (failed.length > 0) console.error(`check: failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function check(name: string): Promise<boolean> {
  const started = performance.now();
  const child = spawn("pnpm", ["run", name], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`check: ${name} could not be started: ${error.message}`);
      resolve(false);
    });
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (code !== 0) process.stderr.write(Buffer.concat(output));
      console.error(`check: ${name} ${code === 0 ? "passed" : "failed"} after ${seconds} s`);
      resolve(code === 0);
    });
  });
}
