import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The command as a user runs it. */
export const SCRIPT = fileURLToPath(new URL("../../scripts/imagespec", import.meta.url));

/** Runs `scripts/imagespec` as anybody would: another process, any folder. An undefined variable is taken out. */
export function imagespec(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string | undefined> },
): Promise<CliResult> {
  const env = { ...process.env, NO_COLOR: "1", ...options.env };
  return new Promise((resolve, reject) => {
    execFile(SCRIPT, args, { cwd: options.cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") return reject(error);
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
