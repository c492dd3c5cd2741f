import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ImageSpecError, runTool } from "@imagespec/core/builder";

/** Versions of uv whose output this builder reads: from the first to below the second. */
export const UV_RANGE = { from: [0, 9, 0], below: [1, 0, 0] } as const;

export interface UvProgram {
  path: string;
  version: string;
}

/** The first program of that name on PATH. */
export async function onPath(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/**
 * A uv of the host: the one the option names, else one on PATH with a supported version; undefined when there is none.
 * Throws E_TOOL_MISSING when the named one cannot be used.
 */
export async function findUv(option: string | undefined, signal: AbortSignal): Promise<UvProgram | undefined> {
  if (option !== undefined) {
    const version = await uvVersion(option, signal);
    if (version !== undefined && inRange(version)) return { path: option, version };
    throw new ImageSpecError(
      "E_TOOL_MISSING",
      version === undefined
        ? `${option} (option uv) is not a uv that runs`
        : `${option} is uv ${version}, not in ${rangeText()}`,
      { hint: "Correct builderOptions.uv, or leave it out: then uv comes from PATH or from its image." },
    );
  }
  const path = await onPath("uv");
  if (path === undefined) return undefined;
  const version = await uvVersion(path, signal);
  return version !== undefined && inRange(version) ? { path, version } : undefined;
}

export async function uvVersion(path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout, exitCode } = await runTool(path, ["--version"], { signal, allowFailure: true });
    return exitCode === 0 ? /^uv (\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { code?: string }).code === "E_INTERNAL") throw error;
    return undefined;
  }
}

export function rangeText(): string {
  return `>=${UV_RANGE.from.join(".")} <${UV_RANGE.below.join(".")}`;
}

function inRange(version: string): boolean {
  const parts = version.split(".").map(Number);
  const order = (bound: readonly number[]) => {
    for (let i = 0; i < 3; i++) if (parts[i] !== bound[i]) return (parts[i] ?? 0) - (bound[i] ?? 0);
    return 0;
  };
  return order(UV_RANGE.from) >= 0 && order(UV_RANGE.below) < 0;
}
