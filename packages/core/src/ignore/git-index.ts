const SIGNATURE = "DIRC";
/** An entry begins with ten numbers of four bytes; object name and flags follow. */
const STATS = 40;
const EXTENDED = 0x4000;
const NAME_LENGTH = 0x0fff;

/**
 * The paths an index of git tracks (gitformat-index(5), versions 2 to 4, also one that is split). `read` gives a file
 * of the repository's folder, empty when there is none. An index that cannot be read tracks nothing.
 */
export function readGitIndex(read: (name: string) => Buffer, hashLength: number): string[] {
  const index = read("index");
  const { paths, shared } = parseIndex(index, hashLength);
  if (shared === undefined) return paths;
  return [...parseIndex(read(`sharedindex.${shared}`), hashLength).paths, ...paths];
}

function parseIndex(bytes: Buffer, hashLength: number): { paths: string[]; shared?: string } {
  const paths: string[] = [];
  if (bytes.length < 12 || bytes.toString("latin1", 0, 4) !== SIGNATURE) return { paths };
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return { paths };
  let offset = 12;
  let previous: Buffer = Buffer.alloc(0);
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flagsAt = offset + STATS + hashLength;
    if (flagsAt + 4 > bytes.length) return { paths };
    const flags = bytes.readUInt16BE(flagsAt);
    let nameAt = flagsAt + (version > 2 && flags & EXTENDED ? 4 : 2);
    let name: Buffer;
    if (version === 4) {
      const removed = readOffset(bytes, nameAt);
      nameAt = removed.end;
      const end = bytes.indexOf(0, nameAt);
      if (end === -1) return { paths };
      name = Buffer.concat([previous.subarray(0, previous.length - removed.value), bytes.subarray(nameAt, end)]);
      offset = end + 1;
    } else {
      const length = flags & NAME_LENGTH;
      const end = length < NAME_LENGTH ? nameAt + length : bytes.indexOf(0, nameAt);
      if (end === -1 || end > bytes.length) return { paths };
      name = bytes.subarray(nameAt, end);
      // One to eight zeros end it, up to a multiple of eight.
      offset += (end - offset + 8) & ~7;
    }
    previous = name;
    if (name.length > 0) paths.push(name.toString("utf8"));
  }
  const shared = sharedIndex(bytes, offset, hashLength);
  return shared === undefined ? { paths } : { paths, shared };
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

/** The name of the index that a split one adds to: its extension `link`. */
function sharedIndex(bytes: Buffer, start: number, hashLength: number): string | undefined {
  for (let at = start; at + 8 + hashLength <= bytes.length; at += 8 + bytes.readUInt32BE(at + 4)) {
    if (bytes.toString("latin1", at, at + 4) !== "link") continue;
    const name = bytes.toString("hex", at + 8, at + 8 + hashLength);
    return /^0*$/.test(name) ? undefined : name;
  }
  return undefined;
}
