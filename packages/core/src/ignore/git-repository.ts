import { closeSync, existsSync, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { LARGEST_RULES, READ_FLAGS, readRegularFile } from "@imagespec/registry/terms";
import { readGitIndex } from "./git-index.ts";

const LARGEST_INDEX = 1024 * 1024 * 1024;

/** A work tree of git, read without running git: what it needs is the same on every machine. */
export interface GitRepository {
  /** Top of the work tree. */
  top: string;
  /** The text of `info/exclude`; empty when there is none. */
  exclude: string;
  /** Absolute path of `info/exclude`. */
  excludeFile: string;
  /** Paths of the index below the folder asked for, relative to it, and the folders that lead to them. */
  tracked: TrackedPaths;
}

/** Paths that git tracks. */
export type TrackedPaths = Pick<ReadonlySet<string>, "has">;

/** The work tree a folder lies in, with what its index tracks below that folder; undefined when it lies in none. */
export async function findRepository(folder: string): Promise<GitRepository | undefined> {
  for (let top = folder; ; top = dirname(top)) {
    const gitFolder = await gitFolderOf(top);
    if (gitFolder !== undefined) return readRepository(top, gitFolder, folder);
    if (dirname(top) === top) return undefined;
  }
}

/** Whether a folder is the top of a work tree: of a clone, a submodule or an added work tree (git-worktree(1)). */
export async function isWorkTree(folder: string): Promise<boolean> {
  return (await gitFolderOf(folder)) !== undefined;
}

/** The repository's own folder: `.git`, or where a file of that name leads (gitrepository-layout(5)). */
async function gitFolderOf(top: string): Promise<string | undefined> {
  const path = join(top, ".git");
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const folder = stats.isFile() ? await ledTo(path, top) : path;
  return folder !== undefined && existsSync(join(folder, "HEAD")) ? folder : undefined;
}

async function ledTo(path: string, top: string): Promise<string | undefined> {
  const text = await readRegularFile(path, LARGEST_RULES).catch(() => Buffer.alloc(0));
  const [, folder] = /^gitdir: (.+?)\s*$/.exec(text.toString("utf8")) ?? [];
  return folder === undefined ? undefined : resolve(top, folder);
}

async function readRepository(top: string, gitFolder: string, folder: string): Promise<GitRepository> {
  const text = (path: string, limit: number) => readRegularFile(path, limit).catch(() => Buffer.alloc(0));
  // Several work trees share what is not their own.
  const way = (await text(join(gitFolder, "commondir"), LARGEST_RULES)).toString("utf8").trim();
  const common = way === "" ? gitFolder : resolve(gitFolder, way);
  const config = await text(join(common, "config"), LARGEST_RULES);
  const excludeFile = join(common, "info", "exclude");
  const exclude = await text(excludeFile, LARGEST_RULES);
  const hashLength = /^\s*objectformat\s*=\s*sha256\s*$/im.test(config.toString("utf8")) ? 32 : 20;
  let tracked: Set<string> | undefined;
  const has = (path: string) => {
    // Of most trees nothing is ignored, and an index has a line for each file.
    tracked ??= below(
      readGitIndex((name) => readIndexFile(join(gitFolder, name)), hashLength),
      relative(top, folder).replaceAll(sep, "/"),
    );
    return tracked.has(path);
  };
  return { top, exclude: exclude.toString("utf8"), excludeFile, tracked: { has } };
}

/** Empty for anything but a regular file that can be read. */
function readIndexFile(path: string): Buffer {
  try {
    const descriptor = openSync(path, READ_FLAGS);
    try {
      const stats = fstatSync(descriptor);
      return stats.isFile() && stats.size <= LARGEST_INDEX ? readFileSync(descriptor) : Buffer.alloc(0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

function below(paths: readonly string[], folder: string): Set<string> {
  const prefix = folder === "" ? "" : `${folder}/`;
  const found = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const own = path.slice(prefix.length);
    found.add(own);
    for (let slash = own.lastIndexOf("/"); slash > 0; slash = own.lastIndexOf("/", slash - 1)) {
      const above = own.slice(0, slash);
      if (found.has(above)) break;
      found.add(above);
    }
  }
  return found;
}
