import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ImageSpecError, isImageSpecError, type PackagesStep } from "@imagespec/core/builder";
import { findCompiler } from "../bytecode/find-compiler.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { UvProgram } from "../session/find-uv.ts";
import type { SecretSettings } from "../session/secret-files.ts";
import type { PythonTarget } from "../target/python-target.ts";
import { type FoundSandbox, findSandbox, type Sandbox } from "./sandbox.ts";

/** The tools that wheels are built with on this machine. */
export interface Toolchain {
  step: PackagesStep;
  target: PythonTarget;
  secrets: SecretSettings;
  uv: UvProgram;
  /** A Python of this machine of the same X.Y as the image's. */
  python: string;
  sandbox: Sandbox | undefined;
  /** Why there is no sandbox, where there is none. */
  unconfined: readonly string[];
}

/**
 * Finds the tools that build wheels for a target.
 *
 * @throws ImageSpecError E_UNSUPPORTED, E_TOOL_MISSING.
 */
export async function findToolchain(
  session: BuildSession,
  { uvImage, ...known }: Pick<Toolchain, "step" | "target" | "secrets"> & { uvImage: string },
): Promise<Toolchain> {
  const [uv, python, found] = await Promise.all([
    session.uv(uvImage),
    findPython(session, known.target, uvImage),
    session.once("sandbox", () => sandboxOf(session)),
  ]);
  const unconfined = found.sandbox === undefined ? found.reasons : [];
  return { ...known, uv, python, sandbox: found.sandbox, unconfined };
}

async function findPython(session: BuildSession, target: PythonTarget, uvImage: string): Promise<string> {
  try {
    return await (await findCompiler(session, target, uvImage)).path();
  } catch (error) {
    if (!isImageSpecError(error, "E_UNSUPPORTED")) throw error;
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `Wheels are built by Python ${target.minor}, which this machine does not have`,
      {
        hint: `Install python${target.minor}, or build with docker-buildx or kaniko.`,
        cause: error,
      },
    );
  }
}

function sandboxOf({ cache, warn, signal }: BuildSession): Promise<FoundSandbox> {
  return cache.withScratch(warn, async (folder) => {
    const [write, root] = [join(folder, "work"), join(folder, "root")];
    for (const path of [write, root]) await mkdir(path);
    return findSandbox({ read: [], write, root, cwd: write }, signal);
  });
}
