import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ImageSpec } from "@imagespec/core";
import { ImageSpecError } from "@imagespec/registry";
import { findSpecFile, readSpec, readTargets, type Target } from "@imagespec/spec-file";
import type { ImageUse } from "../manifest/find-uses.ts";
import { joinedError, placedError } from "./placed-error.ts";

/** One image of the manifests, and everywhere it is used. */
export interface NamedImage<Use = ImageUse> {
  spec: ImageSpec;
  /** Folder of the spec file. */
  folder: string;
  uses: Use[];
}

/** A use, and where its relative path starts. */
interface PlacedUse extends ImageUse {
  folder: string;
}

/**
 * Reads the specs that are used: every file and every image of it once, however it is written.
 *
 * @throws ImageSpecError with the place of each use that leads to no spec; E_INPUT_FILE where there are several.
 */
export async function readImages<Use extends PlacedUse>(
  uses: readonly Use[],
  signal: AbortSignal,
): Promise<NamedImage<Use>[]> {
  const files = new Map<string, Promise<Target[]>>();
  const images = new Map<ImageSpec, NamedImage<Use>>();
  const errors: unknown[] = [];
  for (const use of uses) {
    signal.throwIfAborted();
    try {
      const file = specFile(use);
      const reading = files.get(file) ?? readFile(file, signal);
      files.set(file, reading);
      // One after the other: a module's file runs with the working directory of its own.
      const spec = choose(await reading, use, file);
      const image = images.get(spec) ?? { spec, folder: dirname(file), uses: [] };
      image.uses.push(use);
      images.set(spec, image);
    } catch (error) {
      errors.push(placedError(use.place, error));
    }
  }
  if (errors.length > 0) throw joinedError(errors);
  return [...images.values()];
}

function specFile({ uri, folder, text }: PlacedUse): string {
  if (uri.path === "") {
    throw new ImageSpecError("E_INPUT_FILE", `${text} names no spec file`, {
      hint: "Write imagespec://FILE, imagespec://FILE#TARGET or imagespec://./folder.",
    });
  }
  const path = resolve(folder, uri.path);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? findSpecFile(undefined, path) : findSpecFile(path, folder);
}

async function readFile(file: string, signal: AbortSignal): Promise<Target[]> {
  return readTargets(await readSpec({ file }, signal));
}

function choose(targets: readonly Target[], { uri, text }: PlacedUse, file: string): ImageSpec {
  const { target } = uri;
  const [first] = targets;
  const names = targets.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (target !== undefined) {
    const found = targets.find(({ name }) => name === target);
    if (found !== undefined) return found.spec;
    throw new ImageSpecError("E_INPUT_FILE", `${text}: ${file} has no image "${target}"`, {
      hint: names.length === 0 ? "Leave out the # part: the file is one spec." : `Name one of ${names.join(", ")}.`,
    });
  }
  if (first !== undefined && targets.length === 1) return first.spec;
  throw new ImageSpecError("E_INPUT_FILE", `${text}: ${file} holds ${targets.length} images`, {
    hint: `Add # and one of ${names.join(", ")}.`,
  });
}
