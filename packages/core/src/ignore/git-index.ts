import { deletedEntries } from "./git-bitmap.ts";

const SIGNATURE = "DIRC";
/** An entry begins with ten numbers of four bytes; object name and flags follow. */
const STATS = 40;
const EXTENDED = 0x4000;
/** Among the second flags: git reads the entry from the index, since a sparse checkout leaves it out. */
const SKIP_WORKTREE = 0x4000;
const NAME_LENGTH = 0x0fff;

/** What an index of git holds. */
export interface GitIndex {
  /** What it tracks; a folder that a sparse index does not unfold ends with `/`. */
  paths: string[];
  /** Ignore files that it tracks and a sparse checkout leaves out. */
  hiddenIgnoreFiles: string[];
  /** Whether all of it could be read. */
  isWhole: boolean;
}

/**
 * Reads an index of git (gitformat-index(5), versions 2 to 4, also one that is split). `read` gives a file of the
 * repository's folder, empty when there is none.
 */
export function readGitIndex(read: (name: string) => Buffer, hashLength: number): GitIndex {
  const { shared, ...own } = parseIndex(read("index"), hashLength);
  if (shared === undefined) return own;
  const base = parseIndex(read(`sharedindex.${shared.name}`), hashLength);
  const deleted = new Set(shared.deleted?.map((place) => base.paths[place]));
  const left = (paths: string[]) => paths.filter((path) => !deleted.has(path));
  return {
    // An entry that replaces one of the shared index has no name.
    paths: [...left(base.paths), ...own.paths.filter((path) => path !== "")],
    hiddenIgnoreFiles: [...left(base.hiddenIgnoreFiles), ...own.hiddenIgnoreFiles],
    isWhole: own.isWhole && base.isWhole && base.paths.length > 0 && shared.deleted !== undefined,
  };
}

/** The index that a split one adds to. */
interface SharedIndex {
  name: string;
  /** Places of the entries that it has no more; undefined where that cannot be read. */
  deleted: number[] | undefined;
}

function parseIndex(bytes: Buffer, hashLength: number): GitIndex & { shared?: SharedIndex } {
  const index: GitIndex = { paths: [], hiddenIgnoreFiles: [], isWhole: bytes.length === 0 };
  if (bytes.length < 12 || bytes.toString("latin1", 0, 4) !== SIGNATURE) return index;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return index;
  let offset = 12;
  let previous: Buffer = Buffer.alloc(0);
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flagsAt = offset + STATS + hashLength;
    if (flagsAt + 4 > bytes.length) return index;
    const flags = bytes.readUInt16BE(flagsAt);
    const isExtended = version > 2 && (flags & EXTENDED) !== 0;
    let nameAt = flagsAt + (isExtended ? 4 : 2);
    let name: Buffer;
    if (version === 4) {
      const removed = readOffset(bytes, nameAt);
      nameAt = removed.end;
      const end = bytes.indexOf(0, nameAt);
      if (end === -1) return index;
      name = Buffer.concat([previous.subarray(0, previous.length - removed.value), bytes.subarray(nameAt, end)]);
      offset = end + 1;
    } else {
      const length = flags & NAME_LENGTH;
      const end = length < NAME_LENGTH ? nameAt + length : bytes.indexOf(0, nameAt);
      if (end === -1 || end > bytes.length) return index;
      name = bytes.subarray(nameAt, end);
      // One to eight zeros end it, up to a multiple of eight.
      offset += (end - offset + 8) & ~7;
    }
    previous = name;
    const path = name.toString("utf8");
    index.paths.push(path);
    if (isExtended && bytes.readUInt16BE(flagsAt + 2) & SKIP_WORKTREE && /(?:^|\/)\.gitignore$/.test(path))
      index.hiddenIgnoreFiles.push(path);
  }
  index.isWhole = true;
  const shared = sharedIndex(bytes, offset, hashLength);
  return shared === undefined ? index : { ...index, shared };
}

/** A number of the variable length that git's packs use for offsets. */
function readOffset(bytes: Buffer, start: number): { value: number; end: number } {
  let at = start;
  let byte = bytes[at++] ?? 0;
  let value = byte & 0x7f;
  while (byte & 0x80) {
    byte = bytes[at++] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end: at };
}

/** What the extension `link` of a split index says. */
function sharedIndex(bytes: Buffer, start: number, hashLength: number): SharedIndex | undefined {
  for (let at = start; at + 8 + hashLength <= bytes.length; at += 8 + bytes.readUInt32BE(at + 4)) {
    if (bytes.toString("latin1", at, at + 4) !== "link") continue;
    const link = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at + 4));
    const name = link.toString("hex", 0, hashLength);
    return /^0*$/.test(name) ? undefined : { name, deleted: deletedEntries(link.subarray(hashLength)) };
  }
  return undefined;
}
