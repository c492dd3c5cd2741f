import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import type { ProcessEnvironment } from "@imagespec/registry";

/** The absolute path of the first program of that name on PATH. */
export function onPath(name: string, env: ProcessEnvironment = process.env): string | undefined {
  return placesOf(name, env).find(isExecutable);
}

/** The absolute paths of all programs of that name on PATH, in its order, each file only once. */
export function allOnPath(name: string): string[] {
  const files = new Map<string, string>();
  for (const path of placesOf(name, process.env).filter(isExecutable)) {
    const file = realpathSync(path);
    if (!files.has(file)) files.set(file, path);
  }
  return [...files.values()];
}

function placesOf(name: string, { PATH = "" }: ProcessEnvironment): string[] {
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => resolve(folder, name));
}

/** Whether a path leads to a file that may be executed. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
