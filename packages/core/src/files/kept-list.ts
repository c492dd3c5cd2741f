import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";
import { bytesIn } from "./bytes-in.ts";
import { inTurn } from "./shipped-list.ts";
import type { Trail } from "./trail.ts";

/** In a file's end; written as a number of this machine, so that one of another byte order is not taken for it. */
const MARK = 0x1d5ec0de1001;
/** A file's end: mark, bytes of rows and of the trail, and a checksum of all before it. */
const END = 4;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** What a list is known by. */
interface Kept {
  /** All that it depends on besides the tree. */
  terms: string;
  /** What the listing met. */
  trail: Pick<Trail, "folders" | "links" | "witnesses">;
}

/** A list as it stands in a file of the cache. */
export interface KeptList extends Kept {
  /** Numbers of each file, see `changedFiles`. */
  rows: Float64Array<ArrayBuffer>;
  /** The list as canonical JSON, see `ShippedList`. */
  items: Buffer<ArrayBuffer>;
  /** When it was written, in milliseconds by the file system's clock. */
  written: number;
  /** The bytes of a file with what rows and items have become. */
  again(): Iterable<Uint8Array>;
}

/** The bytes of a file: rows, the rest of what the list is known by, and the list. */
export function* keptPieces(
  rows: Float64Array<ArrayBuffer>,
  kept: Kept,
  items: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  const text = Buffer.from(JSON.stringify({ terms: kept.terms, trail: kept.trail }));
  const end = Float64Array.of(MARK, rows.byteLength, text.length);
  yield* checked(inTurn([[bytesIn(rows), text], items, [bytesIn(end)]]));
}

/** Reads such a file; undefined when it is anything else. @throws what the file system says. */
export async function readKept(file: string): Promise<KeptList | undefined> {
  const handle = await open(file, READ_FLAGS_WITHOUT_LINKS);
  try {
    // Of the file that is read: another process may replace it in between.
    const { size, mtimeMs } = await handle.stat();
    // In memory of its own, so that it can be given back.
    const bytes = Buffer.from(new ArrayBuffer(size));
    const { bytesRead } = await handle.read(bytes, 0, size, 0);
    const end = size - END * DOUBLE;
    if (bytesRead !== size || end < 0) return undefined;
    // A copy, since it may begin where numbers cannot lie.
    const [mark, ofRows = 0, ofText = 0, checksum] = new Float64Array(bytes.buffer.slice(end));
    const content = bytes.subarray(0, size - DOUBLE);
    if (mark !== MARK || checksum !== crc32(content)) return undefined;
    return {
      ...(JSON.parse(bytes.toString("utf8", ofRows, ofRows + ofText)) as Kept),
      rows: new Float64Array(bytes.buffer, 0, ofRows / DOUBLE),
      items: bytes.subarray(ofRows + ofText, end),
      written: Math.floor(mtimeMs),
      again: () => checked([content]),
    };
  } finally {
    await handle.close();
  }
}

/** Bytes, and their checksum behind them. */
function* checked(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let checksum = 0;
  for (const piece of pieces) {
    checksum = crc32(piece, checksum);
    yield piece;
  }
  yield bytesIn(Float64Array.of(checksum));
}
