import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { extract, type Header } from "tar-stream";
import { findVersion, versionProbe } from "./version-probe.ts";

/** What one entry of a layer is: type, mode, owner, link target, and the version found inside a Python or a libc. */
export interface LayerEntry {
  type: "file" | "directory" | "symlink" | "other";
  mode: number;
  uid: number;
  gid: number;
  link?: string;
  /** Of a Python interpreter or library, `3.11.2`; of a C library, `glibc 2.36`. */
  version?: string;
  /** Of the few files whose text matters. */
  text?: string;
}

/** What one layer holds, by path without leading slash; whiteouts as they are named in the layer. */
export interface LayerFacts {
  entries: Record<string, LayerEntry>;
}

/** How much a base's layer may ask of us before it is refused. */
export interface ScanCaps {
  entries: number;
  bytes: number;
  /** Uncompressed over compressed bytes, once 64 MiB are read. */
  ratio: number;
  textBytes: number;
}

export const SCAN_CAPS: ScanCaps = {
  entries: 1_000_000,
  bytes: 64 * 1024 ** 3,
  ratio: 300,
  textBytes: 8 * 1024 * 1024,
};

const TEXT =
  /^etc\/(passwd|group)$|^opt\/(venv|micromamba\/envs\/runtime)\/(pyvenv\.cfg|lib\/python3\.\d+\/site-packages\/[^/]+\.dist-info\/RECORD)$/;
const CHUNK = 1024 * 1024;
const RATIO_FROM = 64 * 1024 * 1024;

/**
 * Reads a layer as a stream, gzip, zstd or plain by its first bytes, and keeps what matters of it; nothing is
 * unpacked. Throws E_UNSUPPORTED for a layer above the caps or that cannot be read: another builder may know better.
 */
export async function scanLayer(
  blob: AsyncIterable<Uint8Array>,
  subject: string,
  signal: AbortSignal,
  caps: ScanCaps = SCAN_CAPS,
): Promise<LayerFacts> {
  const counts = { packed: 0, unpacked: 0 };
  const refuse = (why: string, cause?: unknown) =>
    new ImageSpecError("E_UNSUPPORTED", `${subject} cannot be read without a container engine: ${why}`, {
      hint: "build with docker-buildx or kaniko: --builder docker-buildx",
      cause,
    });
  // Object without a prototype: a path like `__proto__` is a name as any other.
  const entries: Record<string, LayerEntry> = Object.create(null);
  let count = 0;
  const tar = extract();
  const feeding = feed(blob, tar, counts, caps, refuse, signal);
  feeding.catch((error: Error) => tar.destroy(error));
  try {
    for await (const entry of tar) {
      if (++count > caps.entries) throw refuse(`more than ${caps.entries} files`);
      const path = normalize(entry.header.name);
      const facts = describe(entry.header);
      if (facts.type === "file") await readFacts(entry as unknown as TarSource, path, facts, caps, refuse);
      else entry.resume();
      // Of a path that stands there twice the last one counts, as when it is unpacked.
      if (path === "") continue;
      entries[path] = facts;
      imply(entries, path);
    }
    await feeding;
  } catch (error) {
    const first = await feeding.then(
      () => error,
      (fault: unknown) => fault,
    );
    if (signal.aborted || isImageSpecError(first)) throw first;
    throw refuse((first as Error).message, first);
  }
  return { entries };
}

async function feed(
  blob: AsyncIterable<Uint8Array>,
  tar: ReturnType<typeof extract>,
  counts: { packed: number; unpacked: number },
  caps: ScanCaps,
  refuse: (why: string) => ImageSpecError,
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of unpacked(blob, counts, refuse)) {
    signal.throwIfAborted();
    counts.unpacked += chunk.length;
    if (counts.unpacked > caps.bytes) throw refuse(`more than ${caps.bytes} bytes`);
    if (counts.unpacked > RATIO_FROM && counts.unpacked > counts.packed * caps.ratio)
      throw refuse(`it unpacks to more than ${caps.ratio} times its size`);
    // Whoever reads it gave up: nothing drains any more.
    if (tar.destroying || tar.destroyed) throw new Error("the tar was closed");
    if (!tar.write(chunk)) await new Promise<void>((resolve, reject) => drained(tar, resolve, reject));
  }
  tar.end(Buffer.alloc(0));
}

function drained(tar: ReturnType<typeof extract>, resolve: () => void, reject: (error: Error) => void): void {
  const settle = (error?: Error) => {
    tar.off("drain", onDrain);
    tar.off("close", onClose);
    if (error) reject(error);
    else resolve();
  };
  const onDrain = () => settle();
  const onClose = () => settle(new Error("the tar ended early"));
  tar.on("drain", onDrain);
  tar.on("close", onClose);
}

async function* unpacked(
  blob: AsyncIterable<Uint8Array>,
  counts: { packed: number },
  refuse: (why: string) => ImageSpecError,
): AsyncGenerator<Uint8Array> {
  const iterator = blob[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for (let next = first; !next.done; next = await iterator.next()) {
      counts.packed += next.value.length;
      yield next.value;
    }
  }
  const head = Buffer.from(first.value).readUInt32BE(0);
  const decoder =
    head >>> 16 === 0x1f8b
      ? createGunzip({ chunkSize: CHUNK })
      : head === 0x28b52ffd
        ? createZstdDecompress({ chunkSize: CHUNK })
        : undefined;
  if (decoder === undefined) {
    if (first.value.length >= 262 && !Buffer.from(first.value.subarray(257, 262)).equals(Buffer.from("ustar")))
      throw refuse("it is neither gzip, zstd nor tar");
    yield* counted();
    return;
  }
  const pouring = pipeline(counted(), decoder as unknown as NodeJS.WritableStream);
  // Reported by the read below as well, which fails first.
  pouring.catch(() => {});
  yield* decoder as AsyncIterable<Uint8Array>;
  await pouring;
}

/** Folders that a layer only implies are there too, with the mode and owner they get where it is unpacked. */
function imply(entries: Record<string, LayerEntry>, path: string): void {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const parent = path.slice(0, slash);
    if (entries[parent] !== undefined) return;
    entries[parent] = { type: "directory", mode: 0o755, uid: 0, gid: 0 };
  }
}

function describe(header: Header): LayerEntry {
  const owner = { mode: header.mode & 0o7777, uid: header.uid, gid: header.gid };
  switch (header.type) {
    case "file":
    case "contiguous-file":
      return { type: "file", ...owner };
    case "directory":
      return { type: "directory", ...owner };
    case "symlink":
      return { type: "symlink", ...owner, link: header.linkname ?? "" };
    case "link":
      // A hard link is its target by another name.
      return { type: "symlink", ...owner, link: `/${normalize(header.linkname ?? "")}` };
    default:
      return { type: "other", ...owner };
  }
}

type Refuse = (why: string) => ImageSpecError;
type TarSource = NodeJS.ReadableStream & AsyncIterable<Uint8Array> & { header: Header };

async function readFacts(
  entry: TarSource,
  path: string,
  facts: LayerEntry,
  caps: ScanCaps,
  refuse: Refuse,
): Promise<void> {
  if (TEXT.test(path)) {
    if (entry.header.size > caps.textBytes) throw refuse(`${path} has ${entry.header.size} bytes`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk);
    facts.text = Buffer.concat(chunks).toString("utf8");
    return;
  }
  const probe = versionProbe(path);
  if (probe === undefined) {
    entry.resume();
    return;
  }
  const version = await findVersion(entry, probe);
  if (version !== undefined) facts.version = version;
}

function normalize(name: string): string {
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
