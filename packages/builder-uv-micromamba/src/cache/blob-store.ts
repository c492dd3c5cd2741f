import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat, utimes } from "node:fs/promises";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { type CacheFolder, cacheError } from "./cache-folder.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Files named by their sha256: layers, wheels, tools. One appears by a rename, after its bytes are on the disk, so a
 * killed process leaves none that is partial and several processes can write the same one.
 */
export class BlobStore {
  readonly #folder: CacheFolder;

  constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  /** The file of a digest, there or not. Throws E_INTERNAL for a text that is no sha256 digest. */
  path(digest: string): string {
    if (!DIGEST.test(digest)) throw new ImageSpecError("E_INTERNAL", `Not a sha256 digest: ${digest}`);
    return this.#folder.path("blobs", "sha256", digest.slice(7));
  }

  /** Whether a file of that digest and size is there; marks it as used. Its bytes are checked by {@link verify}. */
  async has(digest: string, size?: number): Promise<boolean> {
    const found = await this.size(digest);
    return found !== undefined && (size === undefined || found === size);
  }

  /** Bytes of the file of that digest, undefined where there is none; marks it as used. */
  async size(digest: string): Promise<number | undefined> {
    const path = this.path(digest);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return found.size;
  }

  /** Reads the whole file and removes it when it is not what its name says. */
  async verify(digest: string): Promise<boolean> {
    const hash = createHash("sha256");
    try {
      for await (const chunk of createReadStream(this.path(digest), { highWaterMark: 1024 * 1024 })) hash.update(chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw cacheError(this.path(digest), error);
    }
    if (`sha256:${hash.digest("hex")}` === digest) return true;
    await rm(this.path(digest), { force: true });
    return false;
  }

  read(digest: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.path(digest), { highWaterMark: 1024 * 1024 });
  }

  /**
   * Stores what the source gives and returns its digest and size in bytes. With `expected` other bytes are
   * E_DIGEST_MISMATCH, and nothing is kept. Errors of the disk are E_CACHE; those of the source come through.
   */
  async write(
    source: AsyncIterable<Uint8Array>,
    expected?: { digest: string; size?: number | undefined; subject: string },
  ): Promise<{ digest: string; size: number }> {
    const temporary = this.#folder.temporary();
    let file: FileHandle | undefined;
    try {
      file = await open(temporary, "wx", 0o644).catch((cause: unknown) => {
        throw cacheError(temporary, cause);
      });
      const hash = createHash("sha256");
      let size = 0;
      for await (const chunk of source) {
        hash.update(chunk);
        size += chunk.length;
        if (expected?.size !== undefined && size > expected.size) throw mismatch(expected.subject, "is too long");
        await write(file, chunk);
      }
      const digest = `sha256:${hash.digest("hex")}`;
      if (expected !== undefined && digest !== expected.digest)
        throw mismatch(expected.subject, `has ${digest} where ${expected.digest} was announced`);
      if (expected?.size !== undefined && size !== expected.size) throw mismatch(expected.subject, "is too short");
      await file.sync();
      await file.close();
      file = undefined;
      await rename(temporary, this.path(digest));
      return { digest, size };
    } catch (error) {
      await file?.close().catch(() => {});
      await rm(temporary, { force: true }).catch(() => {});
      if (isImageSpecError(error) || !isDiskError(error)) throw error;
      throw cacheError(temporary, error);
    }
  }
}

async function write(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

function isDiskError(error: unknown): boolean {
  return ["ENOSPC", "EROFS", "EDQUOT", "EIO", "EACCES", "EPERM", "EMFILE", "ENOENT"].includes(
    (error as NodeJS.ErrnoException).code ?? "",
  );
}

function mismatch(subject: string, what: string): ImageSpecError {
  return new ImageSpecError("E_DIGEST_MISMATCH", `${subject} ${what}`, {
    hint: "try again; if it stays, the server or a proxy between alters what it sends",
  });
}
