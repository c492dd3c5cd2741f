/** End of the central directory (APPNOTE 4.3.16), without the comment that may follow. */
const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff };
/** Where zip64's own end of the directory is (APPNOTE 4.3.15), right before the other, and that end (4.3.14). */
const LOCATOR = { signature: 0x07064b50, bytes: 20 };
const END64 = { signature: 0x06064b50, bytes: 56 };
/** A file in the directory (APPNOTE 4.3.12), without its name, extra fields and comment. */
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const STRONG_ENCRYPTION = 0x40;
/** The extra field with what does not fit into four bytes (APPNOTE 4.5.3), and what stands there for it. */
const ZIP64 = 1;
const IN_ZIP64 = 0xffffffff;
/** Bytes of a directory that is read whole: a file takes about 150. */
const LARGEST_DIRECTORY = 256 * 1024 * 1024;

/** The bytes of an archive at a place in it; at once where it is in memory. */
export type ReadAt = (at: number, length: number) => Buffer | Promise<Buffer>;

/** A file or folder as the central directory of a zip lists it. */
export interface ZipEntry {
  /** As it is written: in an encoding that {@link flags} may tell. */
  name: Buffer;
  /** The general purpose bit flags (APPNOTE 4.4.4). */
  flags: number;
  method: number;
  crc32: number;
  /** Bytes of the content in the archive. */
  packed: number;
  /** Bytes of the content. */
  size: number;
  /** The mode, in the upper half, where Unix has made the archive. */
  attributes: number;
  extra: readonly ExtraField[];
  /** Where its local header is. */
  start: number;
}

export interface ExtraField {
  id: number;
  data: Buffer;
}

/**
 * Reads the central directory of an archive of that many bytes, and says where it begins. Throws an Error for what is
 * not a zip, or is in several parts, or has entries that do not end where they say, or others than its end counts.
 */
export async function readEntries(read: ReadAt, size: number): Promise<{ entries: ZipEntry[]; directory: number }> {
  const { start, end, length, count } = await findDirectory(read, size);
  // Python finds the directory by its length, others by its start: both have to find the same.
  if (start + length !== end || length > LARGEST_DIRECTORY) throw new Error("its directory is not where its end says");
  const bytes = await read(start, length);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    const after = at + ENTRY.bytes;
    if (after > bytes.length || bytes.readUInt32LE(at) !== ENTRY.signature)
      throw new Error("its directory has fewer entries than its end says");
    const name = after + bytes.readUInt16LE(at + 28);
    const extra = name + bytes.readUInt16LE(at + 30);
    const next = extra + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) throw new Error("its directory is cut off");
    entries.push(
      checked({
        name: bytes.subarray(after, name),
        flags: bytes.readUInt16LE(at + 8),
        method: bytes.readUInt16LE(at + 10),
        crc32: bytes.readUInt32LE(at + 16),
        packed: bytes.readUInt32LE(at + 20),
        size: bytes.readUInt32LE(at + 24),
        attributes: bytes.readUInt32LE(at + 38),
        extra: extraFields(bytes.subarray(name, extra)),
        start: bytes.readUInt32LE(at + 42),
      }),
    );
    at = next;
  }
  if (at < bytes.length) throw new Error("its directory has more entries than its end says");
  return { entries, directory: start };
}

/** What the end says of the directory, and where that has to end. */
interface Directory {
  start: number;
  /** Bytes of all entries. */
  length: number;
  count: number;
  end: number;
}

async function findDirectory(read: ReadAt, size: number): Promise<Directory> {
  const from = Math.max(0, size - END.bytes - END.longestComment - LOCATOR.bytes);
  const tail = await read(from, size - from);
  let at = tail.length - END.bytes;
  while (at >= 0 && tail.readUInt32LE(at) !== END.signature) at--;
  if (at < 0) throw new Error("it has no end of a directory");
  const after = at + END.bytes + tail.readUInt16LE(at + 20);
  // Some writers fill a block with NUL bytes, which uv passes over.
  if (after > tail.length || tail.subarray(after).some((byte) => byte !== 0)) throw new Error("bytes follow its end");
  const locator = at - LOCATOR.bytes;
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR.signature) {
    onOneDisk(tail.readUInt16LE(at + 4));
    const [length, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    return { start, length, count: tail.readUInt16LE(at + 10), end: from + at };
  }
  const place = large(tail, locator + 8);
  if (place + END64.bytes > from + locator) throw new Error("it has no zip64 end where it says");
  const end = await read(place, END64.bytes);
  if (end.readUInt32LE(0) !== END64.signature) throw new Error("it has no zip64 end where it says");
  onOneDisk(end.readUInt32LE(16));
  return { start: large(end, 48), length: large(end, 40), count: large(end, 32), end: place };
}

function onOneDisk(disk: number): void {
  if (disk !== 0) throw new Error("it is one of several parts");
}

function large(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function extraFields(bytes: Buffer): ExtraField[] {
  const fields: ExtraField[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    if (end > bytes.length) throw new Error("an extra field in its directory is cut off");
    fields.push({ id: bytes.readUInt16LE(at), data: bytes.subarray(at + 4, end) });
    at = end;
  }
  return fields;
}

/** The entry with what zip64's field says of it. */
function checked(entry: ZipEntry): ZipEntry {
  if ((entry.flags & STRONG_ENCRYPTION) !== 0) throw new Error("it is encrypted");
  const data = entry.extra.find(({ id }) => id === ZIP64)?.data;
  let at = 0;
  for (const field of ["size", "packed", "start"] as const) {
    if (data === undefined || entry[field] !== IN_ZIP64) continue;
    if (at + 8 > data.length) throw new Error(`its zip64 field lacks the ${field} of an entry`);
    entry[field] = large(data, at);
    at += 8;
  }
  return entry;
}
