import { randomUUID } from "node:crypto";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder, ImageSpecError, isLeftBehind, processMark } from "@imagespec/core/builder";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import { makeFolder } from "@imagespec/registry/terms";

/** Milliseconds after which a temporary file counts as left behind when its process cannot be checked from here. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Where things are kept between builds: `$IMAGESPEC_CACHE_DIR`, else `$XDG_CACHE_HOME/imagespec`, else
 * `~/.cache/imagespec`; in it, a folder for this builder.
 */
export class CacheFolder {
  readonly root: string;

  constructor(env: ProcessEnvironment = process.env) {
    this.root = join(cacheFolder(env), "uv-micromamba");
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** uv's own cache, which all builders share. */
  get uvCache(): string {
    return this.path("..", "uv");
  }

  /**
   * Makes the folders and removes what killed processes left half written.
   *
   * @throws ImageSpecError E_CACHE naming the folder.
   */
  async open(): Promise<void> {
    try {
      // Only user and group may write what builds are made of, whatever the umask is.
      for (const folder of ["tmp", "blobs/sha256", "records"]) await makeFolder(this.path(folder), 0o770);
      for (const name of await readdir(this.path("tmp"))) {
        const path = this.path("tmp", name);
        const mark = name.slice(0, Math.max(name.indexOf("-"), 0));
        if (await isLeftBehind(path, mark, ABANDONED_MS)) await rm(path, { recursive: true, force: true });
      }
    } catch (cause) {
      throw cacheError(this.root, cause);
    }
  }

  /**
   * A path for a file or folder being written: marked with this process, on the same file system as its destination.
   */
  temporary(): string {
    return this.path("tmp", `${processMark()}-${randomUUID()}`);
  }

  /**
   * Replaces a file, or whatever stands in its place, by one with this text, so that nobody reads half of it. It is not
   * flushed to the disk.
   *
   * @throws ImageSpecError E_CACHE when the disk refuses.
   */
  async replace(path: string, text: string): Promise<void> {
    const temporary = this.temporary();
    try {
      await makeFolder(dirname(path));
      await writeFile(temporary, text, { flag: "wx", mode: 0o644 });
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw cacheError(path, cause);
    }
  }

  /**
   * Does work with a folder of its own, mode 0700, which is removed afterwards. A folder that cannot be removed is
   * reported to `warn`, and goes with the next build's sweep.
   *
   * @throws ImageSpecError E_CACHE when the folder cannot be made.
   */
  async withScratch<T>(warn: (message: string) => void, work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await this.makeScratch();
    try {
      return await work(folder);
    } finally {
      await this.removeScratch(folder, warn);
    }
  }

  /** The folder of {@link withScratch}, for work that is a stream. */
  async makeScratch(): Promise<string> {
    const folder = this.temporary();
    await makeFolder(folder, 0o700).catch((cause: unknown) => {
      throw cacheError(folder, cause);
    });
    return folder;
  }

  async removeScratch(folder: string, warn: (message: string) => void): Promise<void> {
    await rm(folder, { recursive: true, force: true }).catch((cause: Error) =>
      warn(`The temporary folder ${folder} cannot be removed: ${cause.message}`),
    );
  }
}

/** E_CACHE for an error of the file system in the cache. */
export function cacheError(path: string, cause: unknown): ImageSpecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImageSpecError("E_CACHE", `The cache ${path} cannot be used: ${reason}`, {
    hint: "Free some space, or set IMAGESPEC_CACHE_DIR to a folder that can be written.",
    cause,
  });
}
