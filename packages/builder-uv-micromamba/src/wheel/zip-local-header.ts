import type { ListedMember } from "./zip-directory.ts";

/** Bytes of a local header before the name (APPNOTE 4.3.7). */
const LOCAL_HEADER = 30;
/** The flag of a content that is encrypted (APPNOTE 4.4.4). */
export const ENCRYPTED = 1;
const SIGNATURE = 0x04034b50;
/** Size and checksum follow the content, in a descriptor (APPNOTE 4.3.9). */
const DESCRIBED = 8;
/** Bytes of a descriptor: with or without a signature, with sizes of four bytes or eight. */
const DESCRIPTORS = [12, 16, 20, 24];
/** The most bytes that a member has beside its content: header, name, extra fields, descriptor. */
export const LARGEST_FRAME = LOCAL_HEADER + 2 * 0xffff + 24;
/** Stands for a size that the zip64 extra field holds (APPNOTE 4.3.9.2). */
const IN_ZIP64 = 0xffffffff;

/**
 * Where a member's content starts in the archive. `header` holds the bytes from its local header on.
 *
 * The local header has to say what the directory says, and the content has to end where the next member begins, so that
 * a reader that goes through the archive from its beginning, as uv does, finds the same files.
 *
 * @throws what `broken` makes of a difference.
 */
export function contentStart(header: Buffer, { entry, end }: ListedMember, broken: (what: string) => Error): number {
  const name = LOCAL_HEADER + entry.name.length;
  if (header.length < name || header.readUInt32LE(0) !== SIGNATURE) throw broken("is not where the directory says");
  const flags = header.readUInt16LE(6);
  const isDescribed = (flags & DESCRIBED) !== 0;
  const nameLength = header.readUInt16LE(26);
  const same =
    ((flags ^ entry.flags) & (ENCRYPTED | DESCRIBED)) === 0 &&
    header.readUInt16LE(8) === entry.method &&
    nameLength === entry.name.length &&
    header.subarray(LOCAL_HEADER, name).equals(entry.name) &&
    (isDescribed ||
      (header.readUInt32LE(14) === entry.crc32 &&
        [IN_ZIP64, entry.packed].includes(header.readUInt32LE(18)) &&
        [IN_ZIP64, entry.size].includes(header.readUInt32LE(22))));
  if (!same) throw broken("has a header that differs from the directory");
  const start = entry.start + LOCAL_HEADER + nameLength + header.readUInt16LE(28);
  const rest = end - start - entry.packed;
  if (isDescribed ? !DESCRIPTORS.includes(rest) : rest !== 0)
    throw broken("is followed by bytes that the directory does not list");
  return start;
}
