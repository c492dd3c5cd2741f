import { collectBytes } from "@imagespec/registry";
import type { Header } from "tar-stream";
import { isFile, LAYER_CAPS, type LayerCaps, readLayer, relativePath } from "./read-layer.ts";
import { findVersion, versionProbe } from "./version-probe.ts";

/** One entry of a layer: type, mode, owner, link target, and the version found inside a Python or a C library. */
export interface LayerEntry {
  type: "file" | "directory" | "symlink" | "other";
  mode: number;
  uid: number;
  gid: number;
  link?: string;
  /** For a hard link: `link` is the path of the file, a plain one from the root. */
  hard?: true;
  /** The size in bytes of a file that may be written again with another owner. */
  size?: number;
  /** Of a Python interpreter or library, `3.11.2`; of a C library, `glibc 2.36`. */
  version?: string;
  /** The text of the few files for which it matters, and of those that are written again with another owner. */
  text?: string;
  /** Set for bytecode in an environment that does not name its source by a hash (PEP 552), and is made anew. */
  unchecked?: true;
  /** Set for a folder that only the paths below it imply: its mode and owner are those in a lower layer. */
  implied?: true;
}

/**
 * What one layer holds, by path without leading slash, with all folders that lead there ({@link imply}); whiteouts as
 * they are named in the layer.
 */
export interface LayerIndex {
  entries: Record<string, LayerEntry>;
}

/** Limits in bytes of the texts that are kept: of one file, and of a layer. */
export interface TextCaps {
  textBytes: number;
  allTextBytes: number;
}

export const SCAN_CAPS: LayerCaps & TextCaps = {
  ...LAYER_CAPS,
  textBytes: 8 * 1024 * 1024,
  allTextBytes: 64 * 1024 * 1024,
};

/** Limit in bytes of the texts that a layer is not read again for: a home folder's dot files, and not a program. */
const OWNED_BYTES = 64 * 1024;
/** The folders in which everything belongs to the image's user. */
const OWNED = /^(root|opt\/venv|opt\/micromamba\/envs\/runtime)\//;
const BYTECODE =
  /^opt\/(venv|micromamba\/envs\/runtime)\/lib\/python3\.\d+\/site-packages\/(.*\/)?__pycache__\/[^/]+\.pyc$/;
const TEXT =
  /^etc\/(passwd|group)$|^opt\/(venv|micromamba\/envs\/runtime)\/(pyvenv\.cfg|lib\/python3\.\d+\/site-packages\/[^/]+\.dist-info\/RECORD)$/;

/**
 * Reads a layer and keeps what matters of it. Throws as {@link readLayer}, and E_UNSUPPORTED above the caps of texts.
 */
export async function scanLayer(
  blob: AsyncIterable<Uint8Array>,
  subject: string,
  signal: AbortSignal,
  { caps = SCAN_CAPS, diffId }: { caps?: LayerCaps & TextCaps; diffId?: string | undefined } = {},
): Promise<LayerIndex> {
  // An object without a prototype, in which `__proto__` is a name like any other.
  const entries: Record<string, LayerEntry> = Object.create(null);
  let texts = 0;
  let owned = 0;
  let implied = 0;
  await readLayer(blob, {
    subject,
    signal,
    diffId,
    caps,
    async visit(member, refuse) {
      const { path } = member;
      const entry = describe(member.header);
      const [isOwned, isText, probe] = [OWNED.test(path), TEXT.test(path), versionProbe(path)];
      if (member.sparse && (isOwned || isText || probe !== undefined)) throw refuse(`/${path} is a sparse file`);
      const size = member.header.size ?? 0;
      if (entry.type === "file" && isOwned) entry.size = size;
      if (entry.type === "file" && isText) {
        texts += size;
        if (size > caps.textBytes) throw refuse(`${path} has ${size} bytes, and at most ${caps.textBytes} are read`);
        if (texts > caps.allTextBytes) throw refuse(`its lists of files have more than ${caps.allTextBytes} bytes`);
        entry.text = layerText(await collectBytes(member, size, path), path, refuse);
      } else if (entry.type === "file" && probe !== undefined) {
        const version = await findVersion(member, probe);
        if (version !== undefined) entry.version = version;
      } else if (entry.type === "file" && BYTECODE.test(path)) {
        if (!(await isChecked(member))) entry.unchecked = true;
      } else if (path.startsWith("root/") && entry.size !== undefined && owned + size <= OWNED_BYTES) {
        owned += size;
        const text = utf8Text(await collectBytes(member, size, path));
        if (text !== undefined) entry.text = text;
      }
      // Of a path that occurs twice the last entry counts, as when the layer is unpacked.
      if (path === "") return;
      entries[path] = entry;
      implied += imply(entries, path);
      if (implied > caps.names) throw refuse(`it implies folders whose paths have more than ${caps.names} characters`);
    },
  });
  return { entries };
}

/** Whether bytecode is checked by the hash of its source. The stream is read to its end. */
async function isChecked(stream: AsyncIterable<Uint8Array>): Promise<boolean> {
  let head = Buffer.of();
  for await (const chunk of stream) if (head.length < 8) head = Buffer.concat([head, chunk]);
  return head.length >= 8 && head.readUInt32LE(4) === 3;
}

/** A file of a layer as text. Refused when it is not UTF-8: it could not be written again as it was. */
export function layerText(bytes: Uint8Array, path: string, refuse: (why: string) => Error): string {
  const text = utf8Text(bytes);
  if (text === undefined) throw refuse(`${path} is not UTF-8 text`);
  return text;
}

/** Bytes as the text that is written as the very same bytes; undefined where there is none. */
function utf8Text(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

/**
 * Adds the folders that a layer only implies, with the mode and owner they get when no lower layer has them. Returns
 * how many characters their paths have.
 */
export function imply(entries: Record<string, LayerEntry>, path: string): number {
  let added = 0;
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const parent = path.slice(0, slash);
    if (entries[parent] !== undefined) break;
    entries[parent] = { type: "directory", mode: 0o755, uid: 0, gid: 0, implied: true };
    added += parent.length;
  }
  return added;
}

function describe(header: Header): LayerEntry {
  const owner = { mode: header.mode & 0o7777, uid: header.uid, gid: header.gid };
  if (isFile(header)) return { type: "file", ...owner };
  switch (header.type) {
    case "directory":
      return { type: "directory", ...owner };
    case "symlink":
      return { type: "symlink", ...owner, link: header.linkname ?? "" };
    case "link":
      // A hard link is its target by another name.
      return { type: "symlink", ...owner, link: `/${relativePath(header.linkname ?? "")}`, hard: true };
    default:
      return { type: "other", ...owner };
  }
}
