import { readdir } from "node:fs/promises";
import { ImageSpecError, runTool } from "@imagespec/core/builder";
import type { BuildSession } from "./build-session.ts";
import type { UvProgram } from "./find-uv.ts";
import { uvEnvironment } from "./uv-environment.ts";

const FIND = ["find", "--no-project", "--no-python-downloads"];

/** The path of a Python in the cache, by `X.Y` or `X.Y.Z`; without one of any. */
export async function cachedPython(session: BuildSession, uv: UvProgram, wanted?: string): Promise<string | undefined> {
  // Most caches hold none: then uv need not be started to say so.
  if ((await readdir(session.cache.path("python")).catch(() => [])).length === 0) return undefined;
  const found = await uvPython(session, uv, "cache", wanted === undefined ? FIND : [...FIND, wanted]);
  return found.exitCode === 0 ? found.stdout.trim() : undefined;
}

/** The X.Y.Z of the CPython that this uv downloads for `X.Y`, in its usual build; undefined where it lists none. */
export async function downloadableVersion(
  session: BuildSession,
  uv: UvProgram,
  minor: string,
): Promise<string | undefined> {
  const list = await uvPython(session, uv, "cache", ["list", minor, "--only-downloads", "--output-format", "json"]);
  if (list.exitCode !== 0) return undefined;
  const listed = JSON.parse(list.stdout) as { version: string; implementation: string; variant?: string }[];
  return listed.find(({ implementation, variant = "default" }) => implementation === "cpython" && variant === "default")
    ?.version;
}

/** The path of a Python that uv downloads into the cache; undefined where that fails. Tried once in a build, since without a network it takes seconds. */
export function downloadedPython(session: BuildSession, uv: UvProgram, wanted: string): Promise<string | undefined> {
  return session.once(`download of python ${wanted}`, async () => {
    const installed = await uvPython(session, uv, "cache", ["install", wanted, "--no-bin"]);
    return installed.exitCode === 0 ? cachedPython(session, uv, wanted) : undefined;
  });
}

/**
 * Any Python 3: one that the machine has, on PATH or managed by uv; else one in the cache, where uv downloads `minor`
 * if it holds none. Looked for once in a build.
 *
 * @throws ImageSpecError E_TOOL_MISSING.
 */
export function anyPython(session: BuildSession, uv: UvProgram, minor: string): Promise<string> {
  return session.once("any python", async () => {
    const host = await uvPython(session, uv, "machine", FIND);
    if (host.exitCode === 0) return host.stdout.trim();
    const own = await cachedPython(session, uv);
    if (own !== undefined) return own;
    // By the same version as the compiler's, so that a download which fails is tried once.
    const version = (await downloadableVersion(session, uv, minor)) ?? minor;
    const downloaded = await downloadedPython(session, uv, version);
    if (downloaded !== undefined) return downloaded;
    throw new ImageSpecError(
      "E_TOOL_MISSING",
      "uv needs a Python on this machine to resolve packages, and found none",
      {
        hint: "Install any Python 3, or let uv fetch one with `uv python install`.",
        details: { command: `${uv.path} python find`, exitCode: host.exitCode, tail: host.tail },
      },
    );
  });
}

/** Runs `uv python` for the Pythons in the cache or those of the machine. What the project asks for counts nowhere. */
function uvPython({ cache, signal }: BuildSession, uv: UvProgram, where: "cache" | "machine", args: readonly string[]) {
  const ours = { UV_PYTHON_INSTALL_DIR: cache.path("python"), UV_PYTHON_PREFERENCE: "only-managed" };
  const env = uvEnvironment(cache.uvCache, { UV_NO_CONFIG: "1", ...(where === "cache" && ours) });
  return runTool(uv.path, ["python", ...args], { cwd: "/", env, signal, allowFailure: true });
}
