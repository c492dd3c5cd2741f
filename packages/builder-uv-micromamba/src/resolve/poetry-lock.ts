import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ImageSpecError,
  LOCKED_OPTIONS,
  type PackagesStep,
  POETRY_PACKAGES,
  type ShippedFile,
} from "@imagespec/core/builder";
import type { BuildSession } from "../session/build-session.ts";
import { openConfinement } from "../source-build/confinement.ts";
import { readUntrusted } from "../source-build/read-untrusted.ts";
import type { Toolchain } from "../source-build/toolchain.ts";

/** Where the exported requirements stand in the context. */
const LOCKED = "requirements/locked.txt";

/** A poetry.lock with the pyproject.toml beside it, as texts. */
export interface PoetryProject {
  lock: string;
  pyproject: string;
}

/** A packages step that installs what a poetry.lock pins, and the requirement file that it names. */
export interface ExportedLock {
  step: PackagesStep;
  files: ShippedFile[];
}

/**
 * Turns a poetry.lock into requirements with hashes. poetry itself exports them, in the same version and with the same
 * plug-in as the Dockerfile builders run in a container.
 *
 * @throws ImageSpecError E_UNSUPPORTED with poetry's own message.
 */
export async function exportPoetryLock(
  session: BuildSession,
  toolchain: () => Promise<Toolchain>,
  { step, project }: { step: PackagesStep; project: PoetryProject },
): Promise<ExportedLock> {
  const withoutUrls = step.source.from === "poetry-lock" && step.source.withoutUrls === true;
  const key = {
    lock: sha256Of(project.lock),
    pyproject: sha256Of(project.pyproject),
    poetry: [...POETRY_PACKAGES],
    ...(withoutUrls && { withoutUrls }),
  };
  const options = withoutUrls ? ["--without-urls"] : [];
  const text = await session.records.known("poetry-exports", key, async () =>
    exported(session, await toolchain(), project, options),
  );
  const sha256 = sha256Of(text);
  const size = Buffer.byteLength(text);
  return {
    step: {
      ...step,
      source: { from: "requirements", packages: [], requirements: LOCKED },
      extraArgs: [...step.extraArgs, ...(withoutUrls ? LOCKED_OPTIONS : [])],
    },
    files: [{ type: "file", path: LOCKED, mode: 0o644, size, sha256, source: "", text }],
  };
}

function exported(
  session: BuildSession,
  toolchain: Toolchain,
  { lock, pyproject }: PoetryProject,
  options: readonly string[],
): Promise<string> {
  return session.cache.withScratch(session.warn, async (folder) => {
    const confinement = await openConfinement(folder, { session, toolchain });
    const [project, result] = [join(confinement.work, "project"), join(confinement.out, "locked.txt")];
    await mkdir(project);
    await writeFile(join(project, "poetry.lock"), lock);
    await writeFile(join(project, "pyproject.toml"), pyproject);
    await confinement.environment.install(POETRY_PACKAGES, "poetry.lock");
    const command = ["-m", "poetry", "--no-interaction", "export", "--format", "requirements.txt", ...options];
    const { exitCode, tail } = await confinement.run(
      [confinement.interpreter, ...command, "--output", result],
      project,
    );
    const text = await readUntrusted(result).catch(() => undefined);
    if (exitCode === 0 && text !== undefined) return text;
    throw new ImageSpecError("E_UNSUPPORTED", `poetry cannot read poetry.lock here:\n${tail.slice(-12).join("\n")}`, {
      hint: "Run `poetry lock`, or build with docker-buildx or kaniko.",
    });
  });
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
