import { LAYER_MTIME, type TarEntry, type WhiteoutEntry } from "./tar-entry.ts";

/** Of headers and contents. */
export const TAR_BLOCK = 512;
/** Seven octal digits and a space are the field; ids above this go into a pax record too, as other writers do. */
const MAX_HEADER_ID = 0o777777;
/** What eleven octal digits hold; a larger size is written in base 256, as GNU tar does. */
const MAX_OCTAL_SIZE = 0o77777777777;
/** The letter of each type. */
const TYPES = { file: 0x30, hardlink: 0x31, symlink: 0x32, directory: 0x35, pax: 0x78 };
const ZERO = 0x30;

/** A field of a header: where it is, and how many octal digits it has. */
const MODE = [100, 6] as const;
const UID = [108, 6] as const;
const GID = [116, 6] as const;
const SIZE = [124, 11] as const;
const CHECKSUM = [148, 6] as const;
const TYPE = 156;
const LINK = 157;
const PREFIX = 345;

/** A header without what entries differ in; its own field of the checksum counts as eight spaces. */
const BLANK = Buffer.from(
  [
    "\0".repeat(100),
    "000000 \0".repeat(3),
    "00000000000 ",
    `${(LAYER_MTIME.getTime() / 1000).toString(8).padStart(11, "0")} `,
    "        0",
    "\0".repeat(100),
    // Magic, version, no names of user and group, device 0:0.
    `ustar\0${"00"}${"\0".repeat(64)}`,
    "000000 \0".repeat(2),
    "\0".repeat(167),
  ].join(""),
  "latin1",
);

interface Fields {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  type: keyof typeof TYPES;
  link: string;
}

/**
 * The header of an entry (POSIX.1-2008 pax, "ustar Interchange Format"), with an extended header before it where a name
 * or an id does not fit. The same bytes for the same entry: fixed time, no names of users.
 */
export function tarHeader(entry: Exclude<TarEntry, WhiteoutEntry>): Buffer {
  const fields: Fields = {
    name: entry.type === "directory" ? `${entry.path}/` : entry.path,
    mode: ("mode" in entry ? entry.mode : undefined) ?? 0o777,
    uid: entry.uid,
    gid: entry.gid,
    size: entry.type === "file" ? entry.size : 0,
    type: entry.type,
    link: "link" in entry ? entry.link : "",
  };
  const large = [
    ...(entry.uid > MAX_HEADER_ID ? [["uid", entry.uid] as const] : []),
    ...(entry.gid > MAX_HEADER_ID ? [["gid", entry.gid] as const] : []),
  ];
  const place = splitName(fields.name);
  if (large.length === 0 && place !== undefined && Buffer.byteLength(fields.link) <= 100) return ustar(fields, place);
  const records = [["path", fields.name] as const, ...(fields.link === "" ? [] : [["linkpath", fields.link] as const])];
  const extended = Buffer.from([...records, ...large].map(([key, value]) => paxRecord(`${key}=${value}`)).join(""));
  const short = { name: "PaxHeader", prefix: "" };
  const link = fields.link === "" ? "" : "PaxHeader";
  return Buffer.concat([
    ustar({ ...fields, type: "pax", size: extended.length, link }, short),
    extended,
    Buffer.alloc(padding(extended.length)),
    ustar({ ...fields, link }, short),
  ]);
}

/** Zero bytes after a content of that size, up to the next block. */
export function padding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

/** The name as 100 bytes and a prefix of 155 before it; undefined where it does not fit, or is not ASCII. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (Buffer.byteLength(name) !== name.length) return undefined;
  let slash = -1;
  while (name.length - slash - 1 > 100) {
    slash = name.indexOf("/", slash + 1);
    if (slash === -1) return undefined;
  }
  return slash > 155 ? undefined : { name: name.slice(slash + 1), prefix: name.slice(0, Math.max(slash, 0)) };
}

/** `LENGTH KEY=VALUE\n`, whose length counts its own digits. */
function paxRecord(text: string): string {
  const rest = Buffer.byteLength(text) + 2;
  let length = rest + String(rest).length;
  if (rest + String(length).length > length) length++;
  return `${length} ${text}\n`;
}

function ustar(fields: Fields, { name, prefix }: { name: string; prefix: string }): Buffer {
  const { mode, uid, gid, size, type, link } = fields;
  const header = Buffer.from(BLANK);
  // Name and prefix are ASCII here; a link's bytes are UTF-8.
  header.write(name, "latin1");
  writeOctal(header, MODE, mode & 0o7777);
  writeOctal(header, UID, Math.min(uid, MAX_HEADER_ID));
  writeOctal(header, GID, Math.min(gid, MAX_HEADER_ID));
  writeSize(header, size);
  header[TYPE] = TYPES[type];
  if (link !== "") header.write(link, LINK);
  if (prefix !== "") header.write(prefix, PREFIX, "latin1");
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at++) sum += header[at] as number;
  writeOctal(header, CHECKSUM, sum);
  header[CHECKSUM[0] + 7] = 0;
  return header;
}

function writeSize(header: Buffer, size: number): void {
  const [at] = SIZE;
  if (size <= MAX_OCTAL_SIZE) {
    writeOctal(header, SIZE, size);
    return;
  }
  header.fill(0, at, at + 12);
  header[at] = 0x80;
  header.writeBigUInt64BE(BigInt(size), at + 4);
}

function writeOctal(header: Buffer, [at, digits]: readonly [number, number], value: number): void {
  for (let place = at + digits - 1, rest = value; place >= at; place--, rest = Math.floor(rest / 8))
    header[place] = ZERO + (rest % 8);
}
