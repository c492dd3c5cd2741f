import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePackages } from "../../scripts/services/apt.ts";
import { command } from "../../scripts/services/command.ts";
import { ensureUv } from "../../scripts/services/uv.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** One test of a pytest run, with what it said when it failed. */
export interface PytestResult {
  name: string;
  failure: string | undefined;
}

/** Which tests run, of all; with `lowest`, beside the oldest dependencies that the project says it works with. */
export interface PytestRun {
  tests?: readonly string[];
  lowest?: boolean;
}

/**
 * Installs a Python project with its `test` extra into a new environment and runs its tests there. Debian's own Python
 * runs them, so that its version is the one the base images have.
 */
export async function runPytest(
  project: string,
  env: Record<string, string>,
  { tests = [], lowest = false }: PytestRun = {},
): Promise<PytestResult[]> {
  await ensurePackages({ "/usr/bin/python3": "python3" });
  const uv = join(await ensureUv(), "uv");
  await using folder = await temporaryFolder();
  const environment = join(folder.path, "environment");
  await command(uv, ["venv", "--quiet", "--python", "/usr/bin/python3", environment]);
  const python = join(environment, "bin", "python");
  const resolution = lowest ? "lowest-direct" : "highest";
  const install = ["pip", "install", "--quiet", "--python", python, "--resolution", resolution];
  await command(uv, [...install, "--editable", `${project}[test]`]);
  const report = join(folder.path, "report.xml");
  // A failing test is told by the report; no report at all is an error of the run itself.
  const run = await command(python, ["-m", "pytest", "-p", "no:cacheprovider", `--junit-xml=${report}`, ...tests], {
    cwd: project,
    env,
  }).catch((error: unknown) => error);
  const xml = await readFile(report, "utf8").catch(() => {
    throw run;
  });
  return [...xml.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, file = "", name = "", inside = ""]) => ({
      name: `${file}: ${name}`,
      failure: /<(?:failure|error|skipped)/.test(inside) ? inside : undefined,
    }),
  );
}
