import { ImageSpecError } from "@imagespec/core/builder";
import { isPlainPath } from "./plain-path.ts";
import { type DeflatedPassage, type FileEntry, isWhiteout, type TarEntry, textFile } from "./tar-entry.ts";
import { padding, TAR_BLOCK, tarHeader } from "./tar-header.ts";

/** A deflate stream of at least this many bytes is copied; smaller contents compress better together with others. */
export const COPIED_FROM = 5 * 1024;
/** An uncompressed content of more bytes is left to zlib, which makes binary data two to seven percent smaller. */
export const LARGE_CONTENT = 1024 * 1024;
/** What is small goes on once it is so many bytes together: each piece is hashed and waited for. */
const GATHERED = 64 * 1024;
/** The end of a tar. */
const ZEROS = Buffer.alloc(2 * TAR_BLOCK);

/** A part of a tar, and how it is to be compressed. */
export type TarPiece =
  | { as: "small" | "large"; bytes: Uint8Array }
  | {
      as: "copied";
      bytes: Uint8Array;
      /** The parts of the raw deflate stream that go with the bytes. */
      stream: readonly Uint8Array[];
      /** With the last piece of a content: what a gzip member's trailer says of it. */
      end?: { crc32: number; size: number } | undefined;
    };

/** Whether a file's deflate stream is copied as it is. */
export function isCopied(file: FileEntry): boolean {
  return (file.deflated?.size ?? 0) >= COPIED_FROM;
}

/**
 * Writes entries as a tar, in pieces; the same pieces for the same entries, but for how a content is cut. Throws
 * E_INTERNAL for a path that would leave the image or occurs twice, E_FILE_CHANGED for a content that is not as long as
 * stated, and whatever reading a content throws.
 */
export async function* tarPieces(entries: AsyncIterable<TarEntry> | Iterable<TarEntry>): AsyncGenerator<TarPiece> {
  const seen = new Set<string>();
  const small = new SmallParts();
  for await (const entry of entries) {
    checkPath(entry.path);
    // A last safeguard: callers that know where a name comes from have refused it with a better message.
    if (entry.type !== "whiteout" && isWhiteout(entry.path))
      throw new ImageSpecError("E_INTERNAL", `${entry.path} is a name that deletes files in an image`);
    if (seen.has(entry.path)) throw new ImageSpecError("E_INTERNAL", `The layer has ${entry.path} twice`);
    seen.add(entry.path);
    const written = entry.type === "whiteout" ? textFile(whiteoutPath(entry.path), "") : entry;
    small.add(tarHeader(written));
    if (written.type !== "file") continue;
    for await (const piece of contentPieces(written)) {
      if (piece.as === "small") small.add(piece.bytes);
      else {
        if (small.length > 0) yield small.take();
        yield piece;
      }
    }
    small.add(ZEROS.subarray(0, padding(written.size)));
    if (small.length >= GATHERED) yield small.take();
  }
  small.add(ZEROS);
  yield small.take();
}

/** Gathers bytes that follow each other. */
class SmallParts {
  length = 0;
  #parts: Uint8Array[] = [];

  add(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.length += bytes.length;
  }

  take(): TarPiece {
    const bytes = Buffer.concat(this.#parts, this.length);
    this.#parts = [];
    this.length = 0;
    return { as: "small", bytes };
  }
}

function whiteoutPath(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`;
}

async function* contentPieces(file: FileEntry): AsyncGenerator<TarPiece> {
  const { path, size, content, deflated } = file;
  const anew = size > LARGE_CONTENT ? "large" : "small";
  if (content instanceof Uint8Array) {
    if (content.length !== size)
      throw new ImageSpecError("E_INTERNAL", `${path} has a size that differs from its content's`);
    yield { as: anew, bytes: content };
    return;
  }
  // An empty content is read too, because its checks run at its end.
  const copied = size > 0 && isCopied(file) ? deflated : undefined;
  let written = 0;
  for await (const { content: bytes, stream } of deflated?.read() ?? withoutStream(content())) {
    written += bytes.length;
    if (written > size) throw changed(file);
    yield copied === undefined ? { as: anew, bytes } : { as: "copied", bytes, stream };
  }
  if (written !== size) throw changed(file);
  if (copied !== undefined)
    yield { as: "copied", bytes: Buffer.alloc(0), stream: [], end: { crc32: copied.crc32, size } };
}

async function* withoutStream(content: AsyncIterable<Uint8Array>): AsyncGenerator<DeflatedPassage> {
  for await (const bytes of content) yield { content: bytes, stream: [] };
}

function changed({ path, size }: FileEntry): ImageSpecError {
  return new ImageSpecError("E_FILE_CHANGED", `${path} is no longer ${size} bytes long`);
}

/** Throws unless the path stays inside the image and can be written as it is. */
export function checkPath(path: string): void {
  if (path.includes("\0") || !path.isWellFormed() || !isPlainPath(path))
    throw new ImageSpecError("E_INTERNAL", `${JSON.stringify(path)} is not a path inside an image`);
}
