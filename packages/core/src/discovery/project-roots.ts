import { existsSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { gitGlob } from "../ignore/git-glob.ts";
import { globMatcher } from "../ignore/glob.ts";
import { readManifest } from "./read-manifest.ts";

/**
 * The folders whose package.json says which builders are direct dependencies: the nearest one above `start`, and the
 * root of the workspace that lists it (pnpm-workspace.yaml, or `workspaces` in package.json). None, one or two. A file
 * of somebody else, such as one left in a shared temporary folder, does not count, nor does a workspace of another
 * owner than the project's.
 */
export async function projectRoots(start: string): Promise<string[]> {
  const nearest = [...foldersAbove(start)].find((folder) => existsSync(join(folder, "package.json")));
  if (nearest === undefined || !isOwn(join(nearest, "package.json"), start)) return [];
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
    const lists = await workspaceMembers(folder, from);
    if (lists !== undefined) {
      const path = relative(folder, from).replaceAll(sep, "/");
      return path === "" || isListed(path, lists) ? folder : undefined;
    }
    // Folders above a repository do not belong to the project.
    if (existsSync(join(folder, ".git"))) return undefined;
  }
  return undefined;
}

/** The patterns by which a workspace root lists its packages; undefined when the folder is not a root. */
async function workspaceMembers(folder: string, from: string): Promise<string[] | undefined> {
  const pnpm = join(folder, "pnpm-workspace.yaml");
  if (existsSync(pnpm)) return haveOneOwner(pnpm, from) ? pnpmPackages(await readManifest(pnpm).catch(() => "")) : [];
  const manifest = join(folder, "package.json");
  const text = await readManifest(manifest).catch(() => "");
  if (!text.includes('"workspaces"')) return undefined;
  try {
    const { workspaces } = JSON.parse(text) as { workspaces?: unknown };
    if (!workspaces) return undefined;
    const list = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown }).packages;
    if (!haveOneOwner(manifest, from) || !Array.isArray(list)) return [];
    return list.filter((one) => typeof one === "string");
  } catch {
    return undefined;
  }
}

/** The list `packages` of a pnpm-workspace.yaml, in lines or in brackets. */
function pnpmPackages(text: string): string[] {
  const [, inline = "", block = ""] = /^packages:[ \t]*(.*)\n?((?:[ \t]*(?:-.*|#.*)?(?:\n|$))*)/m.exec(text) ?? [];
  const [, flow] = /^\[(.*)\]/.exec(inline) ?? [];
  const listed = [...block.matchAll(/^[ \t]*-[ \t]+(.*)$/gm)].map(([, item = ""]) => item);
  const texts = (flow?.split(",") ?? listed).map((item) => item.trim().replace(/^(["'])(.*?)\1.*$/, "$2"));
  return texts.map((item) => item.replace(/\s+#.*$/, "")).filter((item) => item !== "");
}

/** Whether patterns list a folder: the last match decides, and `!` excludes. */
function isListed(path: string, patterns: readonly string[]): boolean {
  let listed = false;
  for (const pattern of patterns) {
    const takesBack = pattern.startsWith("!");
    const tokens = gitGlob(pattern.replace(/^!/, "").replace(/^\.\//, "").replace(/\/$/, ""));
    if (tokens !== undefined && globMatcher(tokens)(path)) listed = !takesBack;
  }
  return listed;
}

/** Whether the file that makes a folder a workspace is of whoever the project is of. */
function haveOneOwner(workspaceFile: string, project: string): boolean {
  // Where there are no user ids, as on Windows, folders of others cannot be written to by default.
  if (process.getuid === undefined) return true;
  return statSync(workspaceFile).uid === statSync(join(project, "package.json")).uid;
}

/** Whether a file belongs to this process's user, to the system, or to the project's owner. */
export function isOwn(file: string, project: string): boolean {
  // Where there are no user ids, as on Windows, folders of others cannot be written to by default.
  if (process.getuid === undefined) return true;
  const owner = statSync(file, { throwIfNoEntry: false })?.uid;
  return owner === process.getuid() || owner === 0 || owner === statSync(project, { throwIfNoEntry: false })?.uid;
}

function* foldersAbove(start: string): Generator<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    yield folder;
    if (dirname(folder) === folder) return;
  }
}

/** The folder itself where it cannot be resolved: a message about it comes later, with a subject. */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
