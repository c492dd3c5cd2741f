import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import type { ProcessEnvironment } from "@imagespec/registry";

/** The absolute path of the first program of that name on PATH. */
export function onPath(name: string, env: ProcessEnvironment = process.env): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => resolve(folder, name)).find(isExecutable);
}

/** Whether a file that can be run is there. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
