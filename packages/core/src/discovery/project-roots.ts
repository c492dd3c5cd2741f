import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

/**
 * The folders whose package.json says which builders are direct dependencies: the nearest one above `start`, and the
 * root of the workspace it belongs to (pnpm-workspace.yaml, or `workspaces` in package.json). None, one or two.
 */
export async function projectRoots(start: string): Promise<string[]> {
  const nearest = firstAbove(start, (folder) => existsSync(join(folder, "package.json")));
  if (nearest === undefined) return [];
  const workspace = await workspaceRoot(nearest);
  return workspace === undefined || workspace === nearest ? [nearest] : [nearest, workspace];
}

/**
 * The project a module is installed in: what is above the first `node_modules`, else the module's own package (a
 * package of a workspace that runs from its sources).
 */
export function projectOfModule(file: string): string {
  const marker = `${sep}node_modules${sep}`;
  const at = file.indexOf(marker);
  return at === -1 ? dirname(file) : file.slice(0, at);
}

async function workspaceRoot(from: string): Promise<string | undefined> {
  for (const folder of foldersAbove(from)) {
    if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (text?.includes('"workspaces"') && hasWorkspaces(text)) return folder;
    // What is above a repository is somebody else's.
    if (existsSync(join(folder, ".git"))) return undefined;
  }
  return undefined;
}

function hasWorkspaces(text: string): boolean {
  try {
    return Boolean((JSON.parse(text) as { workspaces?: unknown }).workspaces);
  } catch {
    return false;
  }
}

function* foldersAbove(start: string): Generator<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    yield folder;
    if (dirname(folder) === folder) return;
  }
}

function firstAbove(start: string, holds: (folder: string) => boolean): string | undefined {
  for (const folder of foldersAbove(start)) if (holds(folder)) return folder;
  return undefined;
}

/** The folder itself where it cannot be resolved: a message about it comes later, with a subject. */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
