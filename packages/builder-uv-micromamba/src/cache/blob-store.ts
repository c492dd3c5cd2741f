import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rename, rm, stat, utimes } from "node:fs/promises";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { isSha256Digest, PieceMemory, readPieces } from "@imagespec/registry";
import { type CacheFolder, cacheError } from "./cache-folder.ts";
import { flushFile } from "./flush-file.ts";

/** Chunks are written together up to so many bytes, and so many of them (IOV_MAX is 1024). */
const WRITE_BYTES = 1024 * 1024;
const WRITE_CHUNKS = 512;

/** What is known of a file before it is stored. Hashes are written as `algorithm:hex`, in lower case. */
export interface ExpectedBlob {
  /** Names it in messages. */
  subject: string;
  /** In bytes. */
  size?: number | undefined;
  /** All of these must be the file's. */
  hashes?: readonly string[] | undefined;
  /** At least one of these must be. */
  oneOf?: readonly string[] | undefined;
}

/**
 * Files named by their sha256: layers, wheels, tools. A file is renamed into place once its bytes are on the disk, so a
 * killed process leaves no partial file, and several processes can write the same one.
 */
export class BlobStore {
  readonly #folder: CacheFolder;

  constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  /**
   * The path of a digest's file, whether it exists or not.
   *
   * @throws ImageSpecError E_INTERNAL for a text that is not a sha256 digest.
   */
  path(digest: string): string {
    if (!isSha256Digest(digest)) throw new ImageSpecError("E_INTERNAL", `${digest} is not a sha256 digest`);
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
    // Anything else, such as a pipe, counts as missing and is replaced.
    if (!found?.isFile()) return undefined;
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return found.size;
  }

  /**
   * Reads the whole file and removes it when its content does not match its name.
   *
   * @throws ImageSpecError E_DIGEST_MISMATCH when it matches its name and something else is `expected` of it.
   */
  async verify(digest: string, expected?: ExpectedBlob): Promise<boolean> {
    const hashes = new HashSet(expected);
    try {
      const memory = new PieceMemory();
      for await (const chunk of this.read(digest, memory)) {
        hashes.update(chunk);
        memory.give(chunk);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw cacheError(this.path(digest), error);
    }
    const found = hashes.digests();
    if (found[0] !== digest) {
      await rm(this.path(digest), { force: true });
      return false;
    }
    if (expected !== undefined) check(expected, found, hashes.size);
    return true;
  }

  /**
   * The bytes of the file of that digest. Pieces are read into `memory`, whose owner gives them back; else each into
   * its own.
   */
  read(digest: string, memory?: PieceMemory): AsyncIterable<Uint8Array> {
    return readPieces(this.path(digest), { memory });
  }

  /**
   * Stores what the source gives and returns its digest and size in bytes. With `expected` other bytes are
   * E_DIGEST_MISMATCH, and nothing is kept. Errors of the disk are E_CACHE; those of the source come through.
   */
  async write(
    source: AsyncIterable<Uint8Array>,
    expected?: ExpectedBlob,
    mode = 0o644,
  ): Promise<{ digest: string; size: number }> {
    const temporary = this.#folder.temporary();
    let file: FileHandle | undefined;
    try {
      file = await open(temporary, "wx", mode).catch((cause: unknown) => {
        throw cacheError(temporary, cause);
      });
      const hashes = new HashSet(expected);
      let waiting: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of source) {
        hashes.update(chunk);
        if (expected?.size !== undefined && hashes.size > expected.size)
          throw mismatch(expected.subject, "is too long");
        waiting.push(chunk);
        bytes += chunk.length;
        if (bytes < WRITE_BYTES && waiting.length < WRITE_CHUNKS) continue;
        await write(file, waiting);
        waiting = [];
        bytes = 0;
      }
      await write(file, waiting);
      const found = hashes.digests();
      const digest = found[0] as string;
      if (expected !== undefined) check(expected, found, hashes.size);
      await flushFile(file);
      await file.close();
      file = undefined;
      await rename(temporary, this.path(digest));
      return { digest, size: hashes.size };
    } catch (error) {
      await file?.close().catch(() => {});
      await rm(temporary, { force: true }).catch(() => {});
      if (isImageSpecError(error) || !isDiskError(error)) throw error;
      throw cacheError(temporary, error);
    }
  }
}

/** Computes the sha256 of the bytes that pass through, and every other hash that is stated for them. */
class HashSet {
  size = 0;
  readonly #hashes: Map<string, Hash>;

  constructor(expected: ExpectedBlob | undefined) {
    const stated = [...(expected?.hashes ?? []), ...(expected?.oneOf ?? [])];
    const algorithms = ["sha256", ...stated.map((hash) => hash.slice(0, hash.indexOf(":")))];
    this.#hashes = new Map(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]));
  }

  update(chunk: Uint8Array): void {
    this.size += chunk.length;
    for (const hash of this.#hashes.values()) hash.update(chunk);
  }

  /** As `algorithm:hex`, sha256 first. */
  digests(): string[] {
    return [...this.#hashes].map(([algorithm, hash]) => `${algorithm}:${hash.digest("hex")}`);
  }
}

function check({ subject, size, hashes = [], oneOf }: ExpectedBlob, found: readonly string[], length: number): void {
  const wrong = hashes.find((hash) => !found.includes(hash));
  if (wrong !== undefined) {
    const other = found.find((hash) => hash.startsWith(wrong.slice(0, wrong.indexOf(":") + 1)));
    throw mismatch(subject, `has ${other} where ${wrong} was announced`);
  }
  if (oneOf !== undefined && !oneOf.some((hash) => found.includes(hash)))
    throw mismatch(subject, `has ${found.join(" and ")}, and only ${oneOf.join(", ")} would do`);
  if (size !== undefined && length !== size) throw mismatch(subject, "is too short");
}

async function write(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = chunks.filter(({ length }) => length > 0);
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left);
    // One call may write only a part.
    left = left.flatMap((chunk) => {
      const done = Math.min(bytesWritten, chunk.length);
      bytesWritten -= done;
      return done === chunk.length ? [] : [chunk.subarray(done)];
    });
  }
}

function isDiskError(error: unknown): boolean {
  return ["ENOSPC", "EROFS", "EDQUOT", "EIO", "EACCES", "EPERM", "EMFILE", "ENOENT"].includes(
    (error as NodeJS.ErrnoException).code ?? "",
  );
}

function mismatch(subject: string, what: string): ImageSpecError {
  return new ImageSpecError("E_DIGEST_MISMATCH", `${subject} ${what}`, {
    hint: "Try again; if it persists, the server or a proxy in between alters the content.",
  });
}
