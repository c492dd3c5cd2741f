import { ImageSpecError } from "@imagespec/core/builder";
import { type FileEntry, isWhiteout, type TarEntry, textFile } from "./tar-entry.ts";
import { padding, TAR_BLOCK, tarHeader } from "./tar-header.ts";

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
/** A deflate stream of at least this many bytes is copied; smaller contents compress better together with others. */
export const COPIED_FROM = 5 * 1024;
/** An uncompressed content of more bytes is left to zlib, which takes half the time for binary data. */
export const LARGE_CONTENT = 1024 * 1024;

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
  for await (const entry of entries) {
    checkPath(entry.path);
    // A last safeguard: callers that know where a name comes from have refused it with a better message.
    if (entry.type !== "whiteout" && isWhiteout(entry.path))
      throw new ImageSpecError("E_INTERNAL", `${entry.path} is a name that deletes files in an image`);
    if (seen.has(entry.path)) throw new ImageSpecError("E_INTERNAL", `The layer has ${entry.path} twice`);
    seen.add(entry.path);
    const written = entry.type === "whiteout" ? textFile(whiteoutPath(entry.path), "") : entry;
    yield { as: "small", bytes: tarHeader(written) };
    if (written.type !== "file" || written.size === 0) {
      if (written.type === "file") await expectEmpty(written);
      continue;
    }
    yield* contentPieces(written);
    const zeros = padding(written.size);
    if (zeros > 0) yield { as: "small", bytes: Buffer.alloc(zeros) };
  }
  yield { as: "small", bytes: Buffer.alloc(2 * TAR_BLOCK) };
}

function whiteoutPath(path: string): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`;
}

async function* contentPieces(file: FileEntry): AsyncGenerator<TarPiece> {
  const { path, size, content, deflated } = file;
  if (content instanceof Uint8Array) {
    if (content.length !== size)
      throw new ImageSpecError("E_INTERNAL", `${path} has a size that differs from its content's`);
    yield { as: size > LARGE_CONTENT ? "large" : "small", bytes: content };
    return;
  }
  let written = 0;
  const count = (bytes: Uint8Array) => {
    written += bytes.length;
    if (written > size) throw changed(file);
  };
  if (deflated !== undefined && isCopied(file)) {
    for await (const { content: bytes, stream } of deflated.read()) {
      count(bytes);
      yield { as: "copied", bytes, stream };
    }
    if (written !== size) throw changed(file);
    yield { as: "copied", bytes: Buffer.alloc(0), stream: [], end: { crc32: deflated.crc32, size } };
    return;
  }
  for await (const bytes of content()) {
    count(bytes);
    yield { as: size > LARGE_CONTENT ? "large" : "small", bytes };
  }
  if (written !== size) throw changed(file);
}

/** An empty content is read too, because its checks run at its end. */
async function expectEmpty(file: FileEntry): Promise<void> {
  for await (const _ of contentPieces(file));
}

function changed({ path, size }: FileEntry): ImageSpecError {
  return new ImageSpecError("E_FILE_CHANGED", `${path} is no longer ${size} bytes long`);
}

/** Throws unless the path stays inside the image and can be written as it is. */
export function checkPath(path: string): void {
  const bad =
    path === "" ||
    path.includes("\0") ||
    LONE_SURROGATE.test(path) ||
    path.split("/").some((p) => p === "" || p === "." || p === "..");
  if (bad) throw new ImageSpecError("E_INTERNAL", `${JSON.stringify(path)} is not a path inside an image`);
}
