import { createHash } from "node:crypto";
import { createGunzip } from "node:zlib";
import { ImageSpecError, isImageSpecError } from "@imagespec/registry";
import type { Extract, Header } from "tar-stream";
import { decoded, isZstdFrame, zstdFrames } from "./zstd-frames.ts";

/** Limits beyond which a layer is refused. */
export interface LayerCaps {
  entries: number;
  /** Uncompressed. */
  bytes: number;
  /** Uncompressed over compressed bytes, once 64 MiB are read. */
  ratio: number;
  /** Characters of all paths and link targets, which readers keep. */
  names: number;
}

/** Limits that no layer of a real image comes near. */
export const LAYER_CAPS: LayerCaps = { entries: 1_000_000, bytes: 64 * 1024 ** 3, ratio: 300, names: 128 * 1024 ** 2 };

/** PATH_MAX of Linux: nothing can be unpacked at a longer path, nor lead to one. */
const LONGEST_PATH = 4096;
const CHUNK = 1024 * 1024;
const RATIO_FROM = 64 * 1024 * 1024;
/** Bytes that tell gzip, zstd and tar apart: the magic of ustar ends there. */
const HEAD = 262;

/** One entry of a layer; its content is read in the visit, or skipped. */
export interface LayerMember extends AsyncIterable<Uint8Array> {
  /** With the numeric owner of its extended header, where that has one. */
  header: Header;
  /** Relative, without `.`, `..` and empty parts. */
  path: string;
  /** Whether holes are left out of what can be read of it here (GNU tar, "Storing Sparse Files"). */
  sparse: boolean;
}

/** How a layer is read, and up to which limits. */
export interface LayerReading {
  /** Names the layer and its image in messages. */
  subject: string;
  signal: AbortSignal;
  /** The digest of the uncompressed layer, as the image's config states it; it is checked. */
  diffId?: string | undefined;
  caps?: LayerCaps | undefined;
  /** Makes the error for a layer above the caps or that cannot be read. */
  refuse(why: string, cause?: unknown): ImageSpecError;
  /** Called for each entry in turn; what it leaves unread is skipped. */
  visit(member: LayerMember, refuse: (why: string) => ImageSpecError): Promise<void>;
}

/**
 * Reads a layer as a stream, gzip, zstd (of any number of frames) or plain by its first bytes; nothing is unpacked.
 * Throws what `refuse` makes for a layer above the caps or that cannot be read, E_DIGEST_MISMATCH when the content does
 * not match `diffId`, and the error of `blob` or `visit` as it is.
 */
export async function readLayer(blob: AsyncIterable<Uint8Array>, reading: LayerReading): Promise<void> {
  const { subject, signal, diffId, caps = LAYER_CAPS, visit } = reading;
  const refuse = (why: string, cause?: unknown) => reading.refuse(why, cause);
  // Loaded here, since a build whose base is known reads no layer.
  const { extract } = await import("tar-stream");
  const tar = withoutGlobalHeaders(extract());
  const over = new AbortController();
  // The first error counts, from whichever side: the other side only sees that its stream was closed.
  let fault: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    fault ??= { error };
    tar.destroy();
  };
  const onAbort = () => fail(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  tar.on("error", fail);
  const feeding = feed(blob, tar, { subject, diffId, caps, refuse, stop: over.signal }).catch(fail);
  try {
    if (signal.aborted) onAbort();
    let count = 0;
    let names = 0;
    for await (const entry of tar) {
      const { name, linkname } = entry.header;
      const [path, link] = [name.length, linkname?.length ?? 0];
      if (++count > caps.entries) throw refuse(`more than ${caps.entries} files`);
      if (Math.max(path, link) > LONGEST_PATH) throw refuse(`a path of more than ${LONGEST_PATH} characters`);
      names += path + link;
      if (names > caps.names) throw refuse(`paths of more than ${caps.names} characters in all`);
      const member = judged(entry as unknown as LayerMember, refuse);
      await visit(member, refuse);
      entry.resume();
      // Of a stream that was destroyed while nobody waited for its next entry, none would ever come.
      if (tar.destroyed) break;
    }
  } catch (error) {
    fail(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
    over.abort();
    tar.destroy();
    await feeding;
  }
  if (fault === undefined) return;
  if (signal.aborted || isImageSpecError(fault.error)) throw fault.error;
  throw refuse((fault.error as Error).message, fault.error);
}

type Refuse = (why: string) => ImageSpecError;

/** A global extended header changes nothing for engines, whose reader leaves it to them (Go, archive/tar). */
function withoutGlobalHeaders(tar: Extract): Extract {
  return Object.defineProperty(tar, "_paxGlobal", { get: () => null, set: () => {} });
}

/** What the entry is to engines: they read an extended header's owner and the name of a sparse file, too. */
function judged(entry: LayerMember, refuse: Refuse): LayerMember {
  const { header } = entry;
  const pax = (header.pax ?? {}) as Readonly<Record<string, string | undefined>>;
  const path = relativePath(pax["GNU.sparse.name"] ?? header.name);
  if (!header.type) throw refuse(`/${path} is of a kind that engines do not unpack`);
  if (/(^|\/)\.wh\.{1,3}$/.test(path)) throw refuse(`/${path} is a whiteout of nothing`);
  for (const id of ["uid", "gid"] as const) if (/^\d+$/.test(pax[id] ?? "")) header[id] = Number(pax[id]);
  const sparse = Object.keys(pax).some((key) => key.startsWith("GNU.sparse."));
  return Object.assign(entry, { path, sparse });
}

async function feed(
  blob: AsyncIterable<Uint8Array>,
  tar: Extract,
  reading: { subject: string; diffId: string | undefined; caps: LayerCaps; refuse: Refuse; stop: AbortSignal },
): Promise<void> {
  const { subject, diffId, caps, refuse, stop } = reading;
  const algorithm = diffId?.slice(0, diffId.indexOf(":"));
  const hash = algorithm === undefined ? undefined : createHash(algorithm);
  const counts = { packed: 0 };
  let unpacked = 0;
  for await (const chunk of decompressed(blob, counts, refuse)) {
    // The reader has finished or given up, so no drain event will come.
    if (stop.aborted || tar.destroyed) return;
    unpacked += chunk.length;
    hash?.update(chunk);
    if (unpacked > caps.bytes) throw refuse(`more than ${caps.bytes} bytes`);
    if (unpacked > RATIO_FROM && unpacked > counts.packed * caps.ratio)
      throw refuse(`it unpacks to more than ${caps.ratio} times its size`);
    if (!tar.write(chunk)) await drained(tar);
  }
  if (tar.destroyed) return;
  const found = hash && `${algorithm}:${hash.digest("hex")}`;
  if (found !== diffId)
    throw new ImageSpecError("E_DIGEST_MISMATCH", `${subject} unpacks to ${found}, but the image states ${diffId}`, {
      hint: "Choose another base image: no engine can pull this one.",
    });
  tar.end(Buffer.alloc(0));
}

/** Resolves when there is room again, or the reader has gone. */
function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off("drain", go);
      stream.off("close", go);
      resolve();
    };
    stream.on("drain", go);
    stream.on("close", go);
  });
}

async function* decompressed(
  blob: AsyncIterable<Uint8Array>,
  counts: { packed: number },
  refuse: Refuse,
): AsyncGenerator<Uint8Array> {
  const { head, all } = await startOf(blob, counts);
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) yield* decoded(all, createGunzip({ chunkSize: CHUNK }));
  else if (head.length >= 4 && isZstdFrame(head.readUInt32LE(0))) yield* zstdFrames(all);
  // An empty archive is two blocks of zeros.
  else if (head.length >= 262 && head.toString("latin1", 257, 262) !== "ustar" && head.some((byte) => byte !== 0))
    throw refuse("it is neither gzip, zstd nor tar");
  else yield* all;
}

/** The first bytes, enough to tell what it is, and a stream of all of it. */
export async function startOf(
  blob: AsyncIterable<Uint8Array>,
  counts = { packed: 0 },
): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array> }> {
  const iterator = blob[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let next = await iterator.next();
  while (!next.done && head.length < HEAD) {
    head = Buffer.concat([head, next.value]);
    if (head.length < HEAD) next = await iterator.next();
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      counts.packed += head.length;
      if (head.length > 0) yield head;
      for (next = await iterator.next(); !next.done; next = await iterator.next()) {
        counts.packed += next.value.length;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: all() };
}

/** A path of a tar without `.`, `..`, empty parts and slashes at its ends. */
export function relativePath(name: string): string {
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
