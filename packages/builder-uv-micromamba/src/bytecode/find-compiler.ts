import { ImageSpecError, runTool } from "@imagespec/core/builder";
import type { BuildSession } from "../session/build-session.ts";
import { onPath, type UvProgram } from "../session/find-uv.ts";
import { uvEnvironment } from "../session/uv-environment.ts";

const FAILED_DOWNLOADS = "failed-python-downloads";
/** Milliseconds after which a download that failed is tried again; without a network each attempt takes seconds. */
const FORGOTTEN_AFTER = 10 * 60 * 1000;

/** A Python of this machine that compiles for an image's Python: the same X.Y, which shares its bytecode format. */
export interface Compiler {
  path: string;
  /** X.Y.Z; recorded in the image's history, since another patch release may compile to other bytes. */
  version: string;
}

/**
 * A Python X.Y on this machine: one that uv manages, downloaded into the cache where that works, else `pythonX.Y` on
 * PATH with a warning. Looked for once in a build. Throws E_UNSUPPORTED when there is neither.
 */
export function findCompiler(session: BuildSession, minor: string, uvImage: string): Promise<Compiler> {
  return session.shared(`compiler ${minor}`, () => look(session, minor, uvImage));
}

async function look(session: BuildSession, minor: string, uvImage: string): Promise<Compiler> {
  const uv = await session.uv(uvImage);
  const path = (await managed(session, uv, minor)) ?? (await onHost(session, minor));
  if (path !== undefined) return path;
  throw new ImageSpecError(
    "E_UNSUPPORTED",
    `bytecode needs a Python ${minor} on this machine, and there is none and uv cannot download one`,
    {
      hint: `Install python${minor}, set bytecode: false, or build with docker-buildx or kaniko.`,
      details: { parameter: "bytecode" },
    },
  );
}

async function managed(session: BuildSession, uv: UvProgram, minor: string): Promise<Compiler | undefined> {
  const { cache, signal } = session;
  const env = uvEnvironment(cache.uvCache, {
    UV_NO_CONFIG: "1",
    UV_PYTHON_INSTALL_DIR: cache.path("python"),
    UV_PYTHON_PREFERENCE: "only-managed",
  });
  const run = (args: string[]) => runTool(uv.path, args, { env, signal, allowFailure: true });
  const find = ["python", "find", minor, "--no-project"];
  let found = await run([...find, "--no-python-downloads"]);
  if (found.exitCode !== 0) {
    const attempt = { minor, uv: uv.version, list: process.env.UV_PYTHON_DOWNLOADS_JSON_URL };
    const failed = await session.records.get<number>(FAILED_DOWNLOADS, attempt);
    if (failed !== undefined && Date.now() - failed < FORGOTTEN_AFTER) return undefined;
    const installed = await run(["python", "install", minor, "--no-bin"]);
    if (installed.exitCode !== 0) {
      await session.records.set(FAILED_DOWNLOADS, attempt, Date.now());
      return undefined;
    }
    found = await run(find);
  }
  const path = found.stdout.trim();
  return found.exitCode === 0 ? versionOf(session, path, minor) : undefined;
}

async function onHost(session: BuildSession, minor: string): Promise<Compiler | undefined> {
  const path = await onPath(`python${minor}`);
  const compiler = path === undefined ? undefined : await versionOf(session, path, minor);
  if (compiler === undefined) return undefined;
  session.warn(
    `Bytecode is made by this machine's ${compiler.path} (${compiler.version}), since uv has no Python ${minor} here: the image's digest depends on its version`,
  );
  return compiler;
}

/**
 * The interpreter that a program starts; undefined when it is not a CPython of that version. Version managers put
 * programs on PATH that choose an interpreter by the working directory, which therefore must not be the project's.
 */
async function versionOf({ signal }: BuildSession, program: string, minor: string): Promise<Compiler | undefined> {
  const code = "import sys; print(sys.implementation.name, '%d.%d.%d' % sys.version_info[:3], sys.executable)";
  const { stdout, exitCode } = await runTool(program, ["-sSIc", code], {
    cwd: "/",
    signal,
    allowFailure: true,
  });
  const [, version, path] = /^cpython (\d+\.\d+\.\d+) (\/.*)\n$/.exec(stdout) ?? [];
  if (exitCode !== 0 || path === undefined || !version?.startsWith(`${minor}.`)) return undefined;
  return { path, version };
}
