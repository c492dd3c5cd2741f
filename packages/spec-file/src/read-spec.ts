import { realpathSync, statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/core";
import { findSpecFile } from "./find-spec-file.ts";
import { importSpecModule } from "./import-spec-module.ts";
import { parseSpecText } from "./parse-spec-text.ts";
import { readCapped, readFileText } from "./spec-text.ts";

/** What a spec file or standard input holds, and what belongs to where it came from. */
export interface SpecSource {
  content: unknown;
  /**
   * Absolute folder that relative paths start from, without links on the way: Node names modules so, and a spec's paths
   * in the identity are relative to it, whichever way leads there.
   */
  root: string;
  /** Folder of the spec file; undefined for standard input. */
  folder: string | undefined;
  /** The spec file; none for standard input. */
  specFiles: readonly string[];
  /** The text of the content, and what messages call it; undefined for a module. */
  written: { text: string; name: string } | undefined;
}

/** Where a spec is read from. */
export interface SpecLocation {
  /** A path, `-` for standard input; undefined is `imagespec.*` of the working directory. */
  file: string | undefined;
  /** Folder that relative paths start from; undefined is the file's own, for standard input the working directory. */
  root?: string | undefined;
  /** Whether the file was read in this process before, and may have changed since. */
  anew?: boolean | undefined;
}

/**
 * Reads a spec file: parsed JSON or YAML, or the default export of a module. A module runs with its root as the working
 * directory of the whole process, so read one file after the other.
 *
 * @throws ImageSpecError E_INPUT_FILE when it cannot be read or parsed, with line and column where they are known.
 */
export async function readSpec(
  { file: named, root: givenRoot, anew }: SpecLocation,
  signal: AbortSignal,
): Promise<SpecSource> {
  const root = givenRoot === undefined ? undefined : existingFolder(resolve(givenRoot));
  if (named === "-") {
    const text = await readCapped(process.stdin, "standard input", signal);
    const name = "standard input";
    const content = await parseSpecText(text, "either", name);
    return { content, root: root ?? process.cwd(), folder: undefined, specFiles: [], written: { text, name } };
  }
  const file = findSpecFile(named, process.cwd());
  const folder = dirname(file);
  const source = { root: root ?? realpathSync(folder), folder, specFiles: [file] };
  const kind = extname(file);
  if (kind !== ".json" && kind !== ".yaml" && kind !== ".yml") {
    return { ...source, content: await importSpecModule(file, source.root, signal, anew), written: undefined };
  }
  const text = await readFileText(file, signal);
  const content = await parseSpecText(text, kind === ".json" ? "json" : "yaml", file);
  return { ...source, content, written: { text, name: file } };
}

function existingFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(folder);
  throw new ImageSpecError("E_INPUT_FILE", `${folder} (--root) is not a folder`, { hint: "Check the path." });
}
