import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { ImageSpecError, LARGEST_LOCK, type Problem, readRegularFile } from "@imagespec/registry/terms";
import { foundFile } from "../files/found-file.ts";
import type { InputFaults } from "../files/input-faults.ts";
import type { TreeEntry } from "../files/walk-tree.ts";
import { parseRequirements } from "./parse-requirements.ts";

/** The file that a spec's `requirements` names, and what reads it. */
export interface RequirementsFile {
  /** Absolute. */
  file: string;
  reader: RequirementsReader;
}

/** uv passes over it. */
const CONSTRAINING_HASH: Problem = {
  code: "hash",
  message: "a hash stands in a file that -c names, and is not checked by every installer",
  hint: "Move the line to a file that -r names, or take the hash out.",
};

/**
 * uv passes over an index there and obeys other options, so that a package may come from another index than the file
 * names.
 */
const CONSTRAINING_OPTION: Problem = {
  code: "option",
  message: "an option stands in a file that -c names, where uv does not obey every one",
  hint: "Move the line to a file that -r names.",
};

/** Reads requirement and lock files below a root, and lists what is shipped of them under `requirements/`. */
export class RequirementsReader {
  readonly entries: TreeEntry[] = [];
  readonly extraArgs: string[] = [];
  havePip = false;
  /** Absolute; nothing above it is read. */
  readonly root: string;
  readonly #faults: InputFaults;
  /** The texts of the files that were read; undefined for one that cannot be. */
  readonly #texts = new Map<string, string | undefined>();
  /** Files that were followed, as requirements and as constraints. */
  readonly #followed = { required: new Set<string>(), constraining: new Set<string>() };

  constructor(root: string, faults: InputFaults) {
    this.root = root;
    this.#faults = faults;
  }

  /** A file's place in the context. */
  contextPath(file: string): string {
    return `requirements/${this.shown(file)}`;
  }

  shown(file: string): string {
    return relative(this.root, file).replaceAll(sep, "/");
  }

  /** Notes what is wrong with the content of a file. */
  refuse(file: string, problem: Problem, line?: number): void {
    const place = [this.shown(file), ...(line === undefined ? [] : [line])].join(":");
    this.#faults.add("requirements", { ...problem, message: `${place}: ${problem.message}` });
  }

  /**
   * Reads a requirements file and those it names; `constrains` when a `-c` led to it, since then it installs nothing.
   */
  async readTree(file: string, above: readonly string[], constrains = false): Promise<void> {
    if (above.includes(file)) {
      const circle = [...above.slice(above.indexOf(file)), file].map((one) => this.shown(one)).join(" -> ");
      throw new ImageSpecError("E_CYCLE", `requirement files include each other: ${circle}`, {
        hint: `Remove the -r or -c line from '${this.shown(above.at(-1) as string)}'.`,
      });
    }
    const followed = constrains ? this.#followed.constraining : this.#followed.required;
    if (followed.has(file)) return;
    followed.add(file);
    const isNew = !this.#texts.has(file);
    const text = isNew ? await this.read(file) : this.#texts.get(file);
    if (text === undefined) {
      this.havePip = true; // Unknown, so no second fault is reported; that the file cannot be read is one already.
      return;
    }
    const parsed = parseRequirements(text);
    if (isNew) for (const breach of parsed.breaches) this.refuse(file, breach, breach.line);
    if (constrains) {
      for (const line of parsed.hashed) this.refuse(file, CONSTRAINING_HASH, line);
      for (const line of parsed.options) this.refuse(file, CONSTRAINING_OPTION, line);
    } else {
      this.extraArgs.push(...parsed.extraArgs);
      this.havePip ||= parsed.hasPip;
    }
    for (const { line, path, constrains: here } of parsed.nested) {
      const nested = resolve(dirname(file), path);
      if (isBelow(this.root, nested) && !isAbsolute(path))
        await this.readTree(nested, [...above, file], constrains || here);
      else if (isNew) {
        const hint = "Move it below the spec's root and name it by a relative path.";
        this.refuse(file, { code: "leads_out", message: `'${path}' lies outside '${this.root}'`, hint }, line);
      }
    }
  }

  /** Reads one file as text and lists it for shipping; a fault and undefined when that cannot be. */
  async read(file: string): Promise<string | undefined> {
    const found = await this.look(file);
    this.#texts.set(file, found?.text);
    if (found === undefined) return undefined;
    this.entries.push(found.entry);
    return found.text;
  }

  /** A file's text and how it would be shipped; a fault and undefined when it cannot be read. */
  async look(file: string): Promise<{ text: string; entry: TreeEntry } | undefined> {
    try {
      const target = await realpath(file);
      if (!isBelow(await realpath(this.root), target)) {
        const message = `'${this.shown(file)}' is a link out of '${this.root}'`;
        this.#faults.add("requirements", { code: "leads_out", message, hint: "Copy its target there." });
        return undefined;
      }
      const stats = await lstat(target);
      if (!stats.isFile()) {
        const hint = "Name a requirements.txt, a lock, an environment.yml or a script.";
        const message = `'${this.shown(file)}' is not a regular file`;
        this.#faults.add("requirements", { code: "not_a_file", message, hint });
        return undefined;
      }
      const bytes = await readRegularFile(target, LARGEST_LOCK);
      const entry = foundFile(this.contextPath(file), target, stats);
      return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), entry };
    } catch (error) {
      if (error instanceof TypeError) {
        const message = `'${this.shown(file)}' is not UTF-8 text`;
        this.#faults.add("requirements", { code: "not_utf8", message, hint: "Save it as UTF-8." });
      } else this.#faults.addSystem("requirements", this.shown(file), error);
      return undefined;
    }
  }
}

/** Whether a path is a folder or lies below it, by their names alone. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
