// pnpm agreement [--seed N] [--runs N] [VITEST ARGUMENTS]: has every builder build the same specs and compares the images, then
// one spec built on different hosts. --runs: how many specs from the grammar.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, runs: { type: "string" } },
  allowPositionals: true,
});
const env = {
  ...process.env,
  // Every builder for every spec, and a dead line of the table of differences is an error.
  IMAGESPEC_TEST_FULL: "1",
  ...(values.seed !== undefined && { IMAGESPEC_SEED: values.seed }),
  ...(values.runs !== undefined && { IMAGESPEC_RUNS: values.runs }),
};
const test = fileURLToPath(new URL("test.ts", import.meta.url));
const folder = "tests/agreement";
const child = spawn(process.execPath, [test, "--project", "e2e", folder, ...positionals], { env, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("close", (code) => {
  process.exitCode = code ?? 1;
});
