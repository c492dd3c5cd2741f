/**
 * Every file we write has this time: 1980-01-02, the first whole day a zip archive can hold, for tools that re-pack
 * site-packages.
 */
export const LAYER_MTIME = new Date(315_619_200_000);

interface EntryBase {
  /** Relative POSIX path without `.`, `..`, empty parts or NUL. */
  path: string;
  uid: number;
  gid: number;
}

export interface FileEntry extends EntryBase {
  type: "file";
  mode: number;
  /** The exact number of bytes of `content`; any other is an error. */
  size: number;
  content: Uint8Array | (() => AsyncIterable<Uint8Array>);
  /**
   * The same content as an archive holds it; it is read there instead, and taken without compressing it again where
   * that pays.
   */
  deflated?: DeflatedContent | undefined;
}

/** A content beside the raw deflate stream (RFC 1951) that it stands in. */
export interface DeflatedContent {
  /** Bytes of the stream. */
  size: number;
  /** CRC-32 of the content. */
  crc32: number;
  /**
   * Reads both together; throws at the end, or at once, when content or stream do not match what was stated for them.
   * What is small may be there at once: promises and generators for it would take longer than inflating it.
   */
  read(): readonly DeflatedPassage[] | AsyncIterable<DeflatedPassage>;
}

/** A part of a content, and the parts of its stream that were read for it. */
export interface DeflatedPassage {
  content: Uint8Array;
  stream: readonly Uint8Array[];
}

export interface DirectoryEntry extends EntryBase {
  type: "directory";
  mode: number;
}

export interface SymlinkEntry extends EntryBase {
  type: "symlink";
  link: string;
}

/** A hard link to a file that comes earlier in the same layer. */
export interface HardlinkEntry extends EntryBase {
  type: "hardlink";
  link: string;
  /** That of the file, which unpacking sets once more. */
  mode?: number | undefined;
}

/** Hides the path of the layers below; written as an empty file `.wh.NAME` (OCI image-spec, layer.md). */
export interface WhiteoutEntry extends EntryBase {
  type: "whiteout";
}

/** One entry of a layer. */
export type TarEntry = FileEntry | DirectoryEntry | SymlinkEntry | HardlinkEntry | WhiteoutEntry;

/** A file that holds `text`; of root, unless it has another owner. */
export function textFile(
  path: string,
  text: string | Uint8Array,
  mode = 0o644,
  { uid, gid }: { uid: number; gid: number } = { uid: 0, gid: 0 },
): FileEntry {
  const content = typeof text === "string" ? Buffer.from(text) : text;
  return { type: "file", path, mode, uid, gid, size: content.length, content };
}

/** The entry that hides `path` of the layers below. */
export function whiteout(path: string): WhiteoutEntry {
  return { type: "whiteout", path, uid: 0, gid: 0 };
}

/** Whether a path has a part that deletes files where a layer is unpacked (OCI image-spec, layer.md). */
export function isWhiteout(path: string): boolean {
  return /(^|\/)\.wh\./.test(path);
}

/** NAME_MAX of Linux, in bytes. */
const LONGEST_NAME = 255;
/** PATH_MAX of Linux, without the slash before and the NUL after it. */
const LONGEST_PATH = 4096 - 2;

/** Whether no file system of Linux holds a path. */
export function isTooLong(path: string): boolean {
  const bytes = Buffer.byteLength(path);
  if (bytes <= LONGEST_NAME) return false;
  return bytes > LONGEST_PATH || path.split("/").some((part) => Buffer.byteLength(part) > LONGEST_NAME);
}
