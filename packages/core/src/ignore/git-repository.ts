import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { LARGEST_RULES, READ_FLAGS } from "@imagespec/registry/terms";
import type { Trail } from "../files/trail.ts";
import { type GitIndex, readGitIndex } from "./git-index.ts";

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
  /** Folders of the work tree that submodules are checked out into: paths from the top. */
  submodules: readonly string[];
  /** Ignore files that git reads from its index, since a sparse checkout leaves them out: paths from the top. */
  hiddenIgnoreFiles: ReadonlySet<string>;
}

/** Paths that git tracks. */
export type TrackedPaths = Pick<ReadonlySet<string>, "has">;

export interface GitOptions {
  warn(message: string): void;
  /** Keeps what is read. */
  trail: Trail;
}

/**
 * The work tree a folder lies in, with what its index tracks below that folder; undefined when it lies in none. One
 * whose repository is out of reach, as where a linked work tree is mounted alone into a container, is a work tree all
 * the same: its ignore files hold, and `warn` is told that more cannot be known as soon as one of them names something.
 */
export async function findRepository(folder: string, options: GitOptions): Promise<GitRepository | undefined> {
  for (let top = folder; ; top = dirname(top)) {
    const gitFolder = await gitFolderOf(top, options.trail);
    if (gitFolder !== undefined) return readRepository(top, gitFolder, folder, options);
    if (dirname(top) === top) return undefined;
  }
}

/** Whether a folder is the top of a work tree: of a clone, a submodule or an added work tree (git-worktree(1)). */
export async function isWorkTree(folder: string, trail: Trail): Promise<boolean> {
  return (await gitFolderOf(folder, trail)) !== undefined;
}

/**
 * The repository's own folder: `.git`, or where a file of that name leads (gitrepository-layout(5)), be it there or
 * not.
 */
async function gitFolderOf(top: string, trail: Trail): Promise<string | undefined> {
  const path = join(top, ".git");
  const kind = trail.kindOf(path);
  if (kind === "none") return undefined;
  if (kind === "file") return ledTo(path, top, trail);
  return isRepository(path, trail) ? path : undefined;
}

/** Of a repository that was never committed to, HEAD may be a link to nothing. */
function isRepository(gitFolder: string, trail: Trail): boolean {
  return trail.kindOf(join(gitFolder, "HEAD")) !== "none";
}

async function ledTo(path: string, top: string, trail: Trail): Promise<string | undefined> {
  const text = await trail.read(path, LARGEST_RULES).catch(() => Buffer.alloc(0));
  const [, folder] = /^gitdir: (.+?)\s*$/.exec(text.toString("utf8")) ?? [];
  return folder === undefined ? undefined : resolve(top, folder);
}

async function readRepository(
  top: string,
  gitFolder: string,
  folder: string,
  { warn, trail }: GitOptions,
): Promise<GitRepository> {
  const read = (path: string) => trail.read(path, LARGEST_RULES).catch(() => Buffer.alloc(0));
  const text = async (path: string) => (await read(path)).toString("utf8");
  // Several work trees share what is not their own.
  const common = resolve(gitFolder, (await text(join(gitFolder, "commondir"))).trim());
  const config = await text(join(common, "config"));
  const excludeFile = join(common, "info", "exclude");
  const exclude = await text(excludeFile);
  const hashLength = /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 32 : 20;
  let index: GitIndex | undefined;
  const indexed = () => (index ??= readGitIndex((name) => readIndexFile(join(gitFolder, name), trail), hashLength));
  let tracked: Set<string> | undefined;
  const has = (path: string) => {
    // Of most trees nothing is ignored, and an index has a line for each file.
    if (tracked === undefined) {
      tracked = below(indexed().paths, relative(top, folder).replaceAll(sep, "/"));
      if (!indexed().isWhole || !isRepository(gitFolder, trail))
        warn(
          `what git tracks in '${top}' cannot be read from '${gitFolder}': a tracked file that an ignore file names is left out`,
        );
    }
    return tracked.has(path);
  };
  const isSparse =
    SPARSE.test(config) ||
    (WORKTREE_CONFIG.test(config) && SPARSE.test(await text(join(gitFolder, "config.worktree"))));
  const hiddenIgnoreFiles = new Set(isSparse ? indexed().hiddenIgnoreFiles : []);
  const submodules = [...(await text(join(top, ".gitmodules"))).matchAll(SUBMODULE)].map(([, path = ""]) => path);
  return { top, exclude, excludeFile, tracked: { has }, submodules, hiddenIgnoreFiles };
}

/** Lines of git's configuration files; a name alone stands for true. */
const SPARSE = /^\s*sparsecheckout\s*(?:=\s*(?:true|yes|on|1)\s*)?$/im;
const SUBMODULE = /^\s*path\s*=\s*"?(.+?)"?\s*$/gim;
const WORKTREE_CONFIG = /^\s*worktreeconfig\s*(?:=\s*(?:true|yes|on|1)\s*)?$/im;

/** Empty for anything but a regular file that can be read. */
function readIndexFile(path: string, trail: Trail): Buffer {
  try {
    const kind = trail.beforeReading(path);
    if (kind === "none") return Buffer.alloc(0);
    if (kind !== "file") trail.doubt();
    const descriptor = openSync(path, READ_FLAGS);
    try {
      const stats = fstatSync(descriptor);
      return stats.isFile() && stats.size <= LARGEST_INDEX ? readFileSync(descriptor) : Buffer.alloc(0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    trail.doubt();
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
