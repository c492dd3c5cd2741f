import { type Dirent, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type FoundFile, foundFile } from "./found-file.ts";
import type { FaultPlace, InputFaults } from "./input-faults.ts";
import type { StatCache } from "./stat-cache.ts";
import { KIND, type Trail } from "./trail.ts";

/** One entry found below a folder; `path` is relative to it, with `/`. */
export type TreeEntry =
  | FoundFile
  | { type: "directory"; path: string }
  | { type: "symlink"; path: string; link: string }
  /** Written by us, out of what was read. */
  | { type: "text"; path: string; text: string; source: string };

export interface WalkOptions {
  /** Whether to leave an entry out; a folder left out is not read, unless it is asked to `descend`. */
  skip(path: string, name: string, isFolder: boolean, isLink: boolean): boolean | "descend";
  /** Called with each folder before its entries are asked for, with the names in it. */
  enter?(path: string, names: readonly string[]): Promise<void>;
  /** The parameter that faults are reported for. */
  parameter: string;
  faults: InputFaults;
  warn(message: string): void;
  /** Knows hashes of files, which then need no reading. */
  cache: Pick<StatCache, "get">;
  /** Keeps what the walk meets. */
  trail?: Trail | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Lists what lies below a folder, links as links, in no order. Special files are left out with a warning; names and
 * link targets that are not UTF-8, and names with a backslash, are faults, since they cannot exist on every machine.
 */
export async function walkTree(root: string, options: WalkOptions): Promise<TreeEntry[]> {
  const found: TreeEntry[] = [];
  const open = [""];
  const top = `${root}${sep}`;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    options.signal?.throwIfAborted();
    const absolute = folder === "" ? root : `${top}${folder}`;
    const children = readFolder(absolute, options);
    const names = children.map(({ name }) => name);
    if (names.length > 0) await options.enter?.(folder, names);
    let kinds = "";
    for (const [index, child] of children.entries()) {
      // Synchronous stat calls are several times faster; the loop yields to other work now and then.
      if (index % 512 === 511) await setImmediate();
      const path = folder === "" ? child.name : `${folder}/${child.name}`;
      const skip = options.skip(path, child.name, child.isFolder, child.isLink);
      if (skip !== true && child.isFolder) open.push(path);
      const entry = skip === false ? entryOf(path, child, top, options) : undefined;
      if (entry !== undefined) found.push(entry);
      else if (skip === false) options.trail?.doubt();
      kinds += kindOf(child, entry !== undefined);
    }
    options.trail?.folders.push({ path: folder, names: names.join("/"), kinds });
    // What is not UTF-8 reads like something else that is not.
    if (children.some(({ escaped }) => escaped !== undefined)) options.trail?.doubt();
  }
  return found;
}

interface Child {
  name: string;
  isFolder: boolean;
  isLink: boolean;
  /** Set when the name is not UTF-8: its bytes, printably. */
  escaped?: string;
}

function kindOf({ isFolder, isLink }: Child, isShipped: boolean): string {
  if (isFolder) return KIND.folder;
  if (isLink) return isShipped ? KIND.shippedLink : KIND.otherLink;
  return isShipped ? KIND.shippedFile : KIND.otherFile;
}

function readFolder(absolute: string, options: WalkOptions): Child[] {
  try {
    // Names as text are read several times faster; what was not UTF-8 shows by this character.
    const children = readdirSync(absolute, { withFileTypes: true });
    if (!children.some(({ name }) => name.includes("\ufffd")))
      return children.map((child) => childOf(child.name, child));
    return readdirSync(absolute, { withFileTypes: true, encoding: "buffer" }).map((child) => {
      const name = child.name.toString("utf8");
      const isText = Buffer.from(name).equals(child.name);
      return isText ? childOf(name, child) : { ...childOf(name, child), escaped: escapeBytes(child.name) };
    });
  } catch (error) {
    options.faults.addSystem(options.parameter, absolute, error);
    return [];
  }
}

function childOf(name: string, entry: Pick<Dirent, "isDirectory" | "isSymbolicLink">): Child {
  return { name, isFolder: entry.isDirectory(), isLink: entry.isSymbolicLink() };
}

function hasForeignName(path: string, child: Child, { faults, parameter }: WalkOptions): boolean {
  const hint = "Rename it, or leave it out with an ignore file.";
  if (child.escaped !== undefined) {
    const shown = path.slice(0, path.length - child.name.length) + child.escaped;
    faults.add(parameter, { code: "name_not_utf8", message: `the file name '${shown}' is not UTF-8`, hint });
    return true;
  }
  if (sep !== "/" || !child.name.includes("\\")) return false;
  faults.add(parameter, { code: "name_backslash", message: `the file name '${path}' holds a backslash`, hint });
  return true;
}

function entryOf(path: string, child: Child, top: string, options: WalkOptions): TreeEntry | undefined {
  if (hasForeignName(path, child, options)) return undefined;
  return child.isFolder ? { type: "directory", path } : fileOrLink(path, top, options);
}

function fileOrLink(path: string, top: string, options: WalkOptions): TreeEntry | undefined {
  const { cache, faults, parameter, trail, warn } = options;
  const absolute = `${top}${path}`;
  try {
    const stats = lstatSync(absolute);
    if (stats.isFile()) {
      const file = foundFile(path, absolute, stats, cache);
      // Joined again: a text that was read takes memory of its own, one that nobody has read does not.
      file.source = `${top}${path}`;
      return file;
    }
    if (stats.isSymbolicLink()) {
      const link = linkOf(path, absolute, { faults, parameter });
      if (link !== undefined) trail?.links.push(link.link);
      return link;
    }
    warn(`'${path}' is left out: it is a socket, pipe or device`);
  } catch (error) {
    // A file that was deleted since the folder was read is treated as if it had never existed.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") faults.addSystem(parameter, absolute, error);
  }
  return undefined;
}

/**
 * A link as an entry. A target that is not UTF-8 is a fault, and undefined: two such targets would read the same, and
 * neither would arrive.
 */
export function linkOf(
  path: string,
  absolute: string,
  { faults, parameter }: { faults: InputFaults; parameter: FaultPlace },
): Extract<TreeEntry, { type: "symlink" }> | undefined {
  const bytes = readlinkSync(absolute, "buffer");
  const link = bytes.toString("utf8");
  if (Buffer.from(link).equals(bytes)) return { type: "symlink", path, link: link.replaceAll(sep, "/") };
  const message = `the link '${path}' leads to '${escapeBytes(bytes)}', which is not UTF-8`;
  faults.add(parameter, { code: "link_not_utf8", message, hint: "Rename its target, or leave the link out." });
  return undefined;
}

/** Bytes as text, those outside printable ASCII as `\xNN`. */
function escapeBytes(bytes: Buffer): string {
  return [...bytes]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}
