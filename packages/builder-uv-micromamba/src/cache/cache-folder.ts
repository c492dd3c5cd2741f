import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, ImageSpecError } from "@imagespec/core/builder";

/**
 * Where things are kept between builds: `$IMAGESPEC_CACHE_DIR`, else `$XDG_CACHE_HOME/imagespec`, else
 * `~/.cache/imagespec`; in it, a folder for this builder.
 */
export class CacheFolder {
  readonly root: string;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.root = join(cacheFolder(env), "uv-micromamba");
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Makes the folders and removes what dead processes left half written. Throws E_CACHE naming the folder. */
  async open(): Promise<void> {
    try {
      for (const folder of ["tmp", "blobs/sha256", "records"]) await mkdir(this.path(folder), { recursive: true });
      for (const name of await readdir(this.path("tmp"))) {
        const pid = Number.parseInt(name, 10);
        if (pid !== process.pid && !alive(pid)) await rm(this.path("tmp", name), { recursive: true, force: true });
      }
    } catch (cause) {
      throw cacheError(this.root, cause);
    }
  }

  /** A path for a file or folder being written, known by this process's id, in the same file system as its goal. */
  temporary(): string {
    return this.path("tmp", `${process.pid}-${randomUUID()}`);
  }
}

/** An error of the file system below the cache as E_CACHE. */
export function cacheError(path: string, cause: unknown): ImageSpecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImageSpecError("E_CACHE", `The cache ${path} cannot be used: ${reason}`, {
    hint: "free some space, or set IMAGESPEC_CACHE_DIR to a folder that can be written",
    cause,
  });
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
