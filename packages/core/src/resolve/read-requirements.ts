import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { ImageSpecError } from "@imagespec/registry";
import type { ContentPackages } from "../identity/content.ts";
import { lockFile } from "../spec/conflicts.ts";
import type { Spec } from "../spec/spec.ts";
import type { InputFaults } from "./input-faults.ts";
import { lockBreaches } from "./lock-breaches.ts";
import { parseRequirements } from "./parse-requirements.ts";
import { LARGEST_LOCK, readRegularFile } from "./read-regular-file.ts";
import type { TreeEntry } from "./walk-tree.ts";

/** The files a spec's `requirements` stands for, under `requirements/`, and what they mean. */
export interface Requirements {
  entries: TreeEntry[];
  source: Pick<ContentPackages, "from" | "requirements" | "lock" | "pyproject">;
  /** Arguments for uv that options in the files stand for. */
  extraArgs: string[];
  /** Whether pip is among the packages they name. */
  havePip: boolean;
}

/**
 * Follows `requirements`: a requirements.txt with its `-r` and `-c` files, or a lock with the pyproject.toml beside it.
 * What cannot be installed elsewhere goes into `faults`, with file, line and hint. Throws E_CYCLE for files that
 * include each other.
 */
export async function readRequirements(spec: Spec, faults: InputFaults): Promise<Requirements | undefined> {
  if (spec.requirements === undefined) return undefined;
  const file = resolve(spec.root, spec.requirements);
  if (!isBelow(spec.root, file)) {
    // Named by mistake it could hold anything, so nothing of it is read.
    faults.add(
      "requirements",
      "leads_out",
      `'${spec.requirements}' lies outside '${spec.root}', the root of the spec`,
      "Copy it below that folder, or make the folder that holds it the spec's root.",
    );
    return undefined;
  }
  const reader = new RequirementsReader(spec.root, faults);
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
  const pyproject = resolve(dirname(file), "pyproject.toml");
  const lockText = await reader.read(file);
  const projectText = await reader.read(pyproject);
  if (lockText !== undefined && projectText !== undefined) {
    for (const { file: name, message, code, hint = "" } of lockBreaches(lock, lockText, projectText)) {
      faults.add("requirements", code, `${reader.shown(name === "lock" ? file : pyproject)}: ${message}`, hint);
    }
  }
  const from = lock === "uv.lock" ? "uv-lock" : "poetry-lock";
  return {
    entries: reader.entries,
    source: { from, lock: reader.contextPath(file), pyproject: reader.contextPath(pyproject) },
    extraArgs: [],
    // Both locks have a table for each package, with its name on a line of its own. An unreadable lock is a fault already.
    havePip: lockText === undefined || /^name = "pip"\r?$/m.test(lockText),
  };
}

class RequirementsReader {
  readonly entries: TreeEntry[] = [];
  readonly extraArgs: string[] = [];
  havePip = false;
  readonly #root: string;
  readonly #faults: InputFaults;
  readonly #read = new Set<string>();

  constructor(root: string, faults: InputFaults) {
    this.#root = root;
    this.#faults = faults;
  }

  /** A file's place in the context. */
  contextPath(file: string): string {
    return `requirements/${this.shown(file)}`;
  }

  shown(file: string): string {
    return relative(this.#root, file).replaceAll(sep, "/");
  }

  /** Reads a requirements file and those it names, each once. */
  async readTree(file: string, above: readonly string[]): Promise<void> {
    if (above.includes(file)) {
      const circle = [...above.slice(above.indexOf(file)), file].map((one) => this.shown(one)).join(" -> ");
      throw new ImageSpecError("E_CYCLE", `requirement files include each other: ${circle}`, {
        hint: `Take the -r or -c line out of '${this.shown(above.at(-1) as string)}'.`,
      });
    }
    if (this.#read.has(file)) return;
    const text = await this.read(file);
    if (text === undefined) {
      this.havePip = true; // Unknown, so no second fault is reported; that the file cannot be read is one already.
      return;
    }
    const parsed = parseRequirements(text);
    this.extraArgs.push(...parsed.extraArgs);
    this.havePip ||= parsed.hasPip;
    for (const { line, code, message, hint = "" } of parsed.breaches) {
      this.#faults.add("requirements", code, `${this.shown(file)}:${line}: ${message}`, hint);
    }
    for (const { line, path } of parsed.nested) {
      const nested = resolve(dirname(file), path);
      if (isBelow(this.#root, nested) && !isAbsolute(path)) await this.readTree(nested, [...above, file]);
      else {
        const message = `${this.shown(file)}:${line}: '${path}' lies outside '${this.#root}'`;
        this.#faults.add(
          "requirements",
          "leads_out",
          message,
          "Move it below the spec's root and name it by a relative path.",
        );
      }
    }
  }

  /** Reads one file as text and lists it for shipping; a fault and undefined when that cannot be. */
  async read(file: string): Promise<string | undefined> {
    this.#read.add(file);
    try {
      const target = await realpath(file);
      if (!isBelow(await realpath(this.#root), target)) {
        this.#faults.add(
          "requirements",
          "leads_out",
          `'${this.shown(file)}' is a link out of '${this.#root}'`,
          "Copy its target there.",
        );
        return undefined;
      }
      const stats = await lstat(target, { bigint: true });
      if (!stats.isFile()) {
        this.#faults.add(
          "requirements",
          "not_a_file",
          `'${this.shown(file)}' is not a regular file`,
          "Name a requirements.txt, uv.lock or poetry.lock.",
        );
        return undefined;
      }
      this.entries.push({ type: "file", path: this.contextPath(file), absolute: target, stats });
      return new TextDecoder("utf-8", { fatal: true }).decode(await readRegularFile(target, LARGEST_LOCK));
    } catch (error) {
      if (error instanceof TypeError) {
        this.#faults.add("requirements", "not_utf8", `'${this.shown(file)}' is not UTF-8 text`, "Save it as UTF-8.");
      } else this.#faults.addSystem("requirements", this.shown(file), error);
      return undefined;
    }
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
