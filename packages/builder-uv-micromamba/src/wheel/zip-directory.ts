import { isAscii, isUtf8 } from "node:buffer";
import { posix } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";
import { isPlainPath, plainPath } from "../layer/plain-path.ts";
import { type ReadAt, readEntries, type ZipEntry } from "./zip-entry.ts";

/** Info-ZIP's extra field with another name for the file (APPNOTE 4.6.9). */
const UNICODE_PATH = 0x7075;
/** The flag of names in UTF-8 (APPNOTE 4.4.4); others are in a code page that nobody names. */
const UTF8_FLAG = 0x800;

/** A file of a zip as the central directory lists it. */
export interface ListedMember {
  /** Relative, without `.`, `..` and empty parts. */
  path: string;
  entry: ZipEntry;
  /** Where the next local header or the directory begins, and so the content has to end. */
  end: number;
}

/** What says where a member's content is and what it is: entries that agree in all of it list one member. */
const OF_MEMBER = ["start", "method", "packed", "size", "crc32"] as const satisfies (keyof ZipEntry)[];

/**
 * Reads the central directory of a zip of `size` bytes. As uv, so that no two readers see two archives in
 * one: names are UTF-8, a path that is listed twice has one mode, and the first member begins where the archive does.
 * Whether `repeats`, further members of a path, have its content too is for who reads them. `strays` are those that
 * lead out of the archive, which uv leaves out.
 *
 * @throws ImageSpecError E_RESOLVE, and E_UNSUPPORTED for a name that another installer can make sense of; an Error for
 * what {@link readEntries} does not take.
 */
export async function readDirectory(
  read: ReadAt,
  size: number,
  subject: string,
): Promise<{ files: ListedMember[]; repeats: ListedMember[]; strays: ListedMember[]; folders: string[] }> {
  const { entries, directory } = await readEntries(read, size);
  const ends = memberEnds(entries, directory, subject);
  const files = new Map<string, ListedMember>();
  const [repeats, strays]: [ListedMember[], ListedMember[]] = [[], []];
  const folders: string[] = [];
  for (const [at, entry] of entries.entries()) {
    const name = memberName(entry, subject);
    const broken = (what: string) => new ImageSpecError("E_RESOLVE", `${subject}: ${name} ${what}`);
    const isOut = leadsOut(name);
    const path = isOut ? name : judgedPath(name, subject);
    const listed = { path, entry, end: ends[at] as number };
    const first = files.get(path)?.entry;
    if (name.endsWith("/") && entry.size !== 0) throw broken("is a folder with a content");
    if (isOut) strays.push(listed);
    else if (name.endsWith("/")) folders.push(path);
    else if (first === undefined) files.set(path, listed);
    else if (first.attributes !== entry.attributes) throw broken("is there twice, with different modes");
    else if (OF_MEMBER.some((field) => first[field] !== entry[field])) repeats.push(listed);
  }
  return { files: [...files.values()], repeats, strays, folders };
}

/** Where each member has to end so that nothing lies between them that the directory does not list. */
function memberEnds(entries: readonly ZipEntry[], directory: number, subject: string): number[] {
  const starts = entries.map(({ start }) => start).sort((a, b) => a - b);
  if (starts.length > 0 && starts[0] !== 0)
    throw new ImageSpecError("E_RESOLVE", `${subject} has bytes before its first member`);
  const next = new Map(starts.map((start, at) => [start, starts[at + 1] ?? directory]));
  return entries.map(({ start }) => next.get(start) as number);
}

function memberName({ name: raw, flags, extra }: ZipEntry, subject: string): string {
  const name = raw.toString("utf8");
  if (!isAscii(raw) && ((flags & UTF8_FLAG) === 0 || !isUtf8(raw)))
    throw new ImageSpecError("E_RESOLVE", `${subject}: ${name} has a name that is not marked as UTF-8`);
  const other = extra.find(({ id }) => id === UNICODE_PATH)?.data.subarray(5);
  if (other !== undefined && !other.equals(raw))
    throw new ImageSpecError("E_UNSUPPORTED", `${subject}: ${name} has another name in an extra field`, {
      hint: "Build with docker-buildx or kaniko, or use a version of the package that was repacked.",
    });
  return name;
}

function leadsOut(name: string): boolean {
  return name.startsWith("/") || (name.includes("..") && /^\.\.(?:\/|$)/.test(posix.normalize(name)));
}

function judgedPath(name: string, subject: string): string {
  const broken = (what: string) => new ImageSpecError("E_RESOLVE", `${subject}: ${name} ${what}`);
  if (/\p{Cc}/u.test(name)) throw broken("has a control character in its name");
  if (isPlainPath(name)) return name;
  if (name.split("/").includes(".."))
    throw new ImageSpecError("E_UNSUPPORTED", `${subject}: ${name} has .. in its path`, {
      hint: "Build with docker-buildx or kaniko, or use a version of the package that was repacked.",
    });
  if ((plainPath(name) === "" && name !== "./") || /(^|\/)\.$/.test(name))
    throw broken("has a name that is not a path");
  return plainPath(name);
}
