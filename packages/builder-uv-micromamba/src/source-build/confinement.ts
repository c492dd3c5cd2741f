import { mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runTool, type ToolResult } from "@imagespec/core/builder";
import type { BuildSession } from "../session/build-session.ts";
import { type BuildEnvironment, makeEnvironment } from "./build-environment.ts";
import { onlyThese } from "./sandbox.ts";
import type { Toolchain } from "./toolchain.ts";

/** Variables of every confined program: the same on every machine, with nothing of this one's environment. */
const SETTLED = {
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONNOUSERSITE: "1",
  // 1980-01-01, the first moment a zip can state.
  SOURCE_DATE_EPOCH: "315532800",
};

/** A place to run programs that must not reach the rest of this machine: package builds, poetry. */
export interface Confinement {
  /** The folder that programs may write to. */
  work: string;
  /** A folder in `work` for what they make. */
  out: string;
  environment: BuildEnvironment;
  /** Path of the environment's Python. */
  interpreter: string;
  /** Runs a program as far as this machine can confine one. */
  run(program: readonly string[], cwd: string): Promise<ToolResult>;
}

/** What a caller adds to a confinement. */
export interface ConfinementOptions {
  /** Further files and folders that programs may read. */
  read?: readonly string[];
  /** A folder of programs that come before the system's. */
  bin?: string;
  env?: Readonly<Record<string, string>>;
}

/** Sets one up in an empty folder, with an environment without packages and an empty home folder. */
export async function openConfinement(
  folder: string,
  { session, toolchain }: { session: BuildSession; toolchain: Toolchain },
  { read = [], bin, env = {} }: ConfinementOptions = {},
): Promise<Confinement> {
  const { uv, python, step, secrets, sandbox } = toolchain;
  const { signal, cache, log } = session;
  const [work, root] = [join(folder, "work"), join(folder, "root")];
  const [out, home, tmp] = [join(work, "out"), join(work, "home"), join(work, "tmp")];
  for (const path of [root, out, home, tmp]) await mkdir(path, { recursive: true });
  const tools = { uv, python, step, secrets, uvCache: cache.uvCache, signal };
  const environment = await makeEnvironment(join(folder, "environment"), tools);
  const limits = { read: [...(await installation(python)), environment.folder, ...read], write: work, root };
  const programs = join(environment.folder, "bin");
  const variables = {
    ...SETTLED,
    ...env,
    HOME: home,
    TMPDIR: tmp,
    VIRTUAL_ENV: environment.folder,
    PATH: [programs, ...(bin === undefined ? [] : [bin]), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
  };
  return {
    work,
    out,
    environment,
    interpreter: join(programs, "python"),
    async run(program, cwd) {
      const [command = "", ...args] = (await sandbox?.confine(program, { ...limits, cwd })) ?? program;
      const onLine = (line: string, stream: "stdout" | "stderr") => log(line, stream);
      return runTool(command, args, { cwd, env: onlyThese(variables), signal, onLine, allowFailure: true });
    },
  };
}

/** The folders that hold an interpreter and its library, and nothing beside them. */
async function installation(python: string): Promise<string[]> {
  const prefix = dirname(dirname(await realpath(python)));
  // Every confined program sees the system's own Python anyway.
  return prefix === "/usr" ? [] : [join(prefix, "bin"), join(prefix, "lib")];
}
