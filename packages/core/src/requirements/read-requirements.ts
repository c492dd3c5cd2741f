import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { declaringFile } from "../spec/declaring-file.ts";
import { isGiven } from "../spec/is-given.ts";
import { lockFile } from "../spec/lock-file.ts";
import type { Spec } from "../spec/spec.ts";
import { lockBreaches } from "./lock-breaches.ts";
import { readCondaEnvironment } from "./read-conda-environment.ts";
import { readPylock } from "./read-pylock.ts";
import { readScript } from "./read-script.ts";
import { readUvProject } from "./read-uv-project.ts";
import type { Requirements, RequirementsOptions } from "./requirements.ts";
import { isBelow, RequirementsReader } from "./requirements-reader.ts";

/**
 * Follows `requirements`: a requirements.txt with its `-r` and `-c` files, a lock with the pyproject.toml beside it, or
 * a file that declares packages as the spec would. What cannot be installed elsewhere goes into `faults`, with file,
 * line and hint.
 *
 * @throws ImageSpecError E_CYCLE for files that include each other.
 */
export async function readRequirements(spec: Spec, options: RequirementsOptions): Promise<Requirements | undefined> {
  if (spec.requirements === undefined) return undefined;
  const { faults } = options;
  const file = resolve(spec.root, spec.requirements.replace(/pyproject\.toml$/, "uv.lock"));
  if (!isBelow(spec.root, file)) {
    // Named by mistake it could hold anything, so nothing of it is read.
    faults.add("requirements", {
      code: "leads_out",
      message: `'${spec.requirements}' lies outside '${spec.root}', the root of the spec`,
      hint: "Copy it below that folder, or make the folder that holds it the root (`--root`).",
    });
    return undefined;
  }
  if (spec.requirements.endsWith("pyproject.toml") && !existsSync(file)) {
    faults.add("requirements", {
      code: "missing",
      message: `'${spec.requirements}' has no uv.lock beside it`,
      hint: "Run `uv lock` there, name the lock that the project has, or list what it depends on in `packages`.",
    });
    return undefined;
  }
  const reader = new RequirementsReader(spec.root, faults);
  const declaring = declaringFile(spec.requirements);
  if (declaring !== undefined)
    return await (declaring === "script" ? readScript : readCondaEnvironment)(spec, { file, reader });
  const lock = lockFile(spec.requirements);
  if (lock === undefined) {
    await reader.readTree(file, []);
    return {
      entries: reader.entries,
      source: { from: "requirements", requirements: reader.contextPath(file) },
      extraArgs: [...new Set(reader.extraArgs)],
      havePip: reader.havePip,
    };
  }
  if (lock === "pylock.toml") return readPylock({ file, reader }, options.warn);
  if (isGiven(spec.uvProject)) return readUvProject(spec, { file, reader, ...options });
  const pyproject = resolve(dirname(file), "pyproject.toml");
  const lockText = await reader.read(file);
  const projectText = await reader.read(pyproject);
  if (lockText !== undefined && projectText !== undefined) {
    for (const breach of lockBreaches(lock, lockText, projectText)) {
      reader.refuse(breach.file === "lock" ? file : pyproject, breach);
    }
  }
  const from = lock === "uv.lock" ? "uv-lock" : "poetry-lock";
  return {
    entries: reader.entries,
    source: { from, lock: reader.contextPath(file), pyproject: reader.contextPath(pyproject) },
    extraArgs: [],
    // Both locks have a table for each package, with its name on a line of its own. An unreadable lock is a fault
    // already.
    havePip: lockText === undefined || /^name = "pip"\r?$/m.test(lockText),
  };
}
