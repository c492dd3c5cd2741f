import { execFileSync } from "node:child_process";
import { delimiter, dirname } from "node:path";
import type { TestProject } from "vitest/node";

/**
 * Puts the interpreter on PATH before a version manager's `python3`, a script that takes longer than what most tests
 * have Python do.
 */
export default function setup(project: TestProject): void {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const folder = pythonFolder();
  if (folder === undefined || folders.includes(folder)) return;
  project.config.env = { ...project.config.env, PATH: [folder, ...folders].join(delimiter) };
}

/**
 * Where the interpreter is that `python3` starts; undefined on a machine without one, whose tests skip what needs it.
 */
function pythonFolder(): string | undefined {
  try {
    const executable = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
    return dirname(executable.trim());
  } catch {
    return undefined;
  }
}
