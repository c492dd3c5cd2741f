import { mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runTool, type ToolResult } from "@imagespec/core/builder";
import type { BuildSession } from "../session/build-session.ts";
import { type BuildEnvironment, makeEnvironment } from "./build-environment.ts";
import { onlyThese } from "./sandbox.ts";
import type { Workshop } from "./workshop.ts";

/** Variables of everything that runs on a bench: the same on every machine, and none of this one's. */
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

/** A place of its own to run programs in that this machine should not be exposed to. */
export interface Bench {
  /** Below it programs may write. */
  work: string;
  /** Below `work`, for what they make. */
  out: string;
  environment: BuildEnvironment;
  /** The environment's Python. */
  interpreter: string;
  /** Runs a program as far as this machine can confine one. */
  run(program: readonly string[], cwd: string): Promise<ToolResult>;
}

/** What of a bench is its user's affair. */
export interface BenchOptions {
  /** Further files and folders that programs may read. */
  read?: readonly string[];
  /** A folder of programs that come before the system's. */
  bin?: string;
  env?: Readonly<Record<string, string>>;
}

/** Sets one up in an empty folder: an environment without packages, and a home that is empty too. */
export async function openBench(
  folder: string,
  { session, workshop }: { session: BuildSession; workshop: Workshop },
  { read = [], bin, env = {} }: BenchOptions = {},
): Promise<Bench> {
  const { uv, python, step, secrets, sandbox } = workshop;
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

/** Where an interpreter and its library lie; nothing beside them. */
async function installation(python: string): Promise<string[]> {
  const prefix = dirname(dirname(await realpath(python)));
  // The system's own is in sight anyway.
  return prefix === "/usr" ? [] : [join(prefix, "bin"), join(prefix, "lib")];
}
