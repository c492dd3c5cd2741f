import { readdir } from "node:fs/promises";
import { ImageSpecError, isImageSpecError, type RunToolOptions, runTool, timedStep } from "@imagespec/core/builder";
import type { CacheFolder } from "../cache/cache-folder.ts";
import type { PythonVersion } from "../target/python-target.ts";
import type { BuildSession } from "./build-session.ts";
import type { UvProgram } from "./find-uv.ts";
import { hostPython } from "./host-python.ts";
import { uvEnvironment } from "./uv-environment.ts";

const FIND = ["find", "--no-project", "--no-python-downloads"];

/** Finds uv, where it is needed. */
export type FindUv = () => Promise<UvProgram>;

/**
 * Whether the cache holds a Python that uv has put there. Most hold none, and then uv need not be started to say so.
 */
async function cacheHoldsPython(cache: CacheFolder): Promise<boolean> {
  const names = await readdir(cache.path("python")).catch(() => []);
  // A download that fails leaves uv's own files there.
  return names.some((name) => !name.startsWith("."));
}

/** The path of a Python in the cache: of that `X.Y` or `X.Y.Z`, or any where no version is wanted. */
export async function cachedPython(session: BuildSession, uv: FindUv, wanted?: string): Promise<string | undefined> {
  if (!(await cacheHoldsPython(session.cache))) return undefined;
  const found = await uvPython(session, await uv(), "cache", wanted === undefined ? FIND : [...FIND, wanted]);
  return found.exitCode === 0 ? found.stdout.trim() : undefined;
}

/** A Python that uv can download. */
export interface PythonDownload {
  /** uv's own name for it, which holds version and platform. */
  key: string;
  version: string;
  url: string;
}

/**
 * The Python that uv would download for a request such as `cpython-3.12`; undefined where it lists none. It is one for
 * this machine, unless the request names a platform.
 *
 * @throws ImageSpecError E_NO_PYTHON when uv cannot say.
 */
export async function pythonDownload(
  { cache, signal }: BuildSession,
  uv: UvProgram,
  request: string,
): Promise<PythonDownload | undefined> {
  const list = await runTool(uv.path, ["python", "list", request, "--only-downloads", "--output-format", "json"], {
    cwd: "/",
    env: uvEnvironment(cache.uvCache, { UV_NO_CONFIG: "1" }),
    signal,
    errorCode: "E_NO_PYTHON",
    hint: "Check UV_PYTHON_DOWNLOADS_JSON_URL, or use another pythonVersion.",
  });
  return (JSON.parse(list.stdout) as PythonDownload[])[0];
}

/** The X.Y.Z that this uv downloads for `X.Y`; undefined where it lists none or cannot say. */
export async function downloadableVersion(
  session: BuildSession,
  uv: UvProgram,
  minor: string,
): Promise<string | undefined> {
  try {
    return (await pythonDownload(session, uv, `cpython-${minor}`))?.version;
  } catch (error) {
    if (!isImageSpecError(error, "E_NO_PYTHON")) throw error;
    return undefined;
  }
}

/**
 * The path of a Python that uv downloads into the cache; undefined where that fails. Tried once in a build, since
 * without a network it takes seconds.
 */
export function downloadedPython(session: BuildSession, uv: UvProgram, wanted: string): Promise<string | undefined> {
  const step = `download of Python ${wanted}`;
  return session.once(step, async () => {
    // uv's reason is shown, and ends the step as failed, but not the build: another Python may do.
    const report = { onLine: session.log, errorCode: "E_NO_PYTHON" } as const;
    const install = () => uvPython(session, uv, "cache", ["install", wanted, "--no-bin"], report);
    try {
      await timedStep(session.request.emit, step, install);
    } catch (error) {
      if (!isImageSpecError(error, "E_NO_PYTHON")) throw error;
      return undefined;
    }
    return cachedPython(session, async () => uv, wanted);
  });
}

/**
 * The path of any Python 3, looked for once in a build: one on PATH, preferably of the image's version, which may then
 * also compile; else one that uv finds on this machine; else one in the cache, into which uv downloads the image's X.Y
 * where it is empty.
 *
 * @throws ImageSpecError E_TOOL_MISSING.
 */
export function anyPython(session: BuildSession, uv: UvProgram, image: PythonVersion): Promise<string> {
  return session.once("any python", async () => {
    const { minor } = image;
    const same = await hostPython(session, image);
    if (same !== undefined) return same.path;
    const host = await uvPython(session, uv, "machine", FIND);
    if (host.exitCode === 0) return host.stdout.trim();
    const own = await cachedPython(session, async () => uv);
    if (own !== undefined) return own;
    // The compiler wants this very version, too, so that a download which fails is tried only once.
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

/** Runs `uv python` on the Pythons in the cache or on those of the machine, whatever version the project asks for. */
function uvPython(
  { cache, signal }: BuildSession,
  uv: UvProgram,
  where: "cache" | "machine",
  args: readonly string[],
  report: RunToolOptions = { allowFailure: true },
) {
  const ours = { UV_PYTHON_INSTALL_DIR: cache.path("python"), UV_PYTHON_PREFERENCE: "only-managed" };
  const env = uvEnvironment(cache.uvCache, { UV_NO_CONFIG: "1", ...(where === "cache" && ours) });
  return runTool(uv.path, ["python", ...args], { cwd: "/", env, signal, ...report });
}
