import { handedOn } from "../system/handed-on.ts";

/** An entry of the dynamic linker's cache. */
export interface CachedLibrary {
  /** The name by which programs ask for it. */
  name: string;
  /** Absolute. */
  path: string;
}

const MAGIC = "glibc-ld.so.cache1.1";
/** Marks the directory of extensions behind the strings (`cache_extension_magic`). */
const EXTENSION_MAGIC = 0xeaa42174;
/** Bytes of the header and of an entry. */
const HEADER = 48;
const ENTRY = 24;
/** ldconfig's flags of a library for the machine: ELF, libc6 and the machine's 64-bit ABI. */
const FLAGS = new Map([
  ["amd64", 0x0303],
  ["arm64", 0x0a03],
]);

/**
 * The bytes of /etc/ld.so.cache with more libraries in it, as ldconfig of glibc 2.33 and newer writes them
 * (dl-cache.h).
 *
 * @throws ImageSpecError E_UNSUPPORTED for a cache in another form, or with libraries for another kind of machine.
 */
export function addToLibraryCache(cache: Buffer, added: readonly CachedLibrary[], architecture: string): Buffer {
  const flags = FLAGS.get(architecture) ?? 0;
  const known = readLibraryCache(cache, architecture);
  const extension = cache.readUInt32LE(32);
  const entries = [...known, ...added]
    .map((entry, index) => ({ ...entry, index }))
    .sort((one, other) => compareLibraries(other.name, one.name) || one.index - other.index);
  const start = HEADER + ENTRY * entries.length;
  const { offsets, bytes: strings } = stringTable(entries.flatMap(({ name, path }) => [name, path]));
  const table = Buffer.alloc(ENTRY * entries.length);
  for (const [index, { name, path }] of entries.entries()) {
    table.writeUInt32LE(flags, index * ENTRY);
    table.writeUInt32LE(start + (offsets.get(name) ?? 0), index * ENTRY + 4);
    table.writeUInt32LE(start + (offsets.get(path) ?? 0), index * ENTRY + 8);
  }
  const header = Buffer.from(cache.subarray(0, HEADER));
  header.writeUInt32LE(entries.length, 20);
  header.writeUInt32LE(strings.length, 24);
  const tail = generator(cache, extension);
  const end = start + strings.length;
  const aligned = Math.ceil(end / 4) * 4;
  header.writeUInt32LE(tail === undefined ? 0 : aligned, 32);
  const parts = [header, table, strings];
  if (tail !== undefined) parts.push(Buffer.alloc(aligned - end), extensions(tail, aligned));
  return Buffer.concat(parts);
}

/**
 * The libraries in a cache.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a cache in another form, or with libraries for another kind of machine.
 */
export function readLibraryCache(cache: Buffer, architecture: string): CachedLibrary[] {
  const flags = FLAGS.get(architecture);
  if (flags === undefined || cache.toString("latin1", 0, 20) !== MAGIC)
    throw handedOn("/etc/ld.so.cache of the base image has a form that is not written here");
  return Array.from({ length: cache.readUInt32LE(20) }, (_, index): CachedLibrary => {
    const at = HEADER + index * ENTRY;
    if (cache.readUInt32LE(at) !== flags || cache.readUInt32LE(at + 12) !== 0 || cache.readBigUInt64LE(at + 16) !== 0n)
      throw handedOn("/etc/ld.so.cache of the base image has libraries of another kind than the image's");
    return { name: textAt(cache, cache.readUInt32LE(at + 4)), path: textAt(cache, cache.readUInt32LE(at + 8)) };
  });
}

/**
 * The text that names the ldconfig which wrote a cache; undefined where it has none.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a cache with other extensions.
 */
function generator(cache: Buffer, at: number): Buffer | undefined {
  if (at === 0) return undefined;
  if (
    cache.readUInt32LE(at) !== EXTENSION_MAGIC ||
    cache.readUInt32LE(at + 4) !== 1 ||
    cache.readUInt32LE(at + 8) !== 0
  )
    throw handedOn("/etc/ld.so.cache of the base image has parts that are not written here");
  const offset = cache.readUInt32LE(at + 16);
  return cache.subarray(offset, offset + cache.readUInt32LE(at + 20));
}

/** The directory of extensions at that place in the file, with the generator's text as the only one. */
function extensions(text: Buffer, at: number): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(EXTENSION_MAGIC, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(at + head.length, 16);
  head.writeUInt32LE(text.length, 20);
  return Buffer.concat([head, text]);
}

/** A string table: each text once, with a NUL behind it. A text that another one ends with is stored as its end. */
function stringTable(texts: readonly string[]): { offsets: Map<string, number>; bytes: Buffer } {
  const sorted = [...new Set(texts)].sort(compareEnds);
  const offsets = new Map<string, number>();
  const parts: string[] = [];
  let end = 0;
  let previous: string | undefined;
  for (const text of sorted) {
    if (previous?.endsWith(text)) offsets.set(text, end - text.length - 1);
    else {
      offsets.set(text, end);
      parts.push(`${text}\0`);
      end += text.length + 1;
    }
    previous = text;
  }
  return { offsets, bytes: Buffer.from(parts.join(""), "latin1") };
}

/** Orders texts by their ends, so that a text comes right behind those that end with it. */
function compareEnds(one: string, other: string): number {
  for (let back = 1; back <= Math.min(one.length, other.length); back++) {
    const difference = other.charCodeAt(other.length - back) - one.charCodeAt(one.length - back);
    if (difference !== 0) return difference;
  }
  return other.length - one.length;
}

/** glibc's order of libraries: digits count as numbers (_dl_cache_libcmp). */
export function compareLibraries(one: string, other: string): number {
  let [a, b] = [0, 0];
  const isDigit = (text: string, at: number) => /[0-9]/.test(text[at] ?? "");
  while (a < one.length) {
    if (isDigit(one, a) && isDigit(other, b)) {
      const [first = "", second = ""] = [/^\d+/.exec(one.slice(a))?.[0], /^\d+/.exec(other.slice(b))?.[0]];
      if (Number(first) !== Number(second)) return Number(first) - Number(second);
      a += first.length;
      b += second.length;
    } else if (isDigit(one, a)) return 1;
    else if (isDigit(other, b)) return -1;
    else if (one[a] !== other[b]) return one.charCodeAt(a) - (b < other.length ? other.charCodeAt(b) : 0);
    else {
      a++;
      b++;
    }
  }
  return b < other.length ? -1 : 0;
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, bytes.indexOf(0, at));
}
