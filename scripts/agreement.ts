// pnpm agreement [--seed N] [--runs N] [VITEST ARGUMENTS]: builds the same specs with every builder and compares the
// images, then builds one spec on different hosts. --runs is how many specs the grammar generates.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { seed: { type: "string" }, runs: { type: "string" } },
  allowPositionals: true,
});
const env = {
  ...process.env,
  // Every builder builds every spec, and a line of the table of differences that nothing needs is an error.
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
