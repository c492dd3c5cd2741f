import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

/** A record of the cache on its way to another machine: what it is about, and what is known about it. */
export interface PackedRecord {
  of: string;
  value: unknown;
}

/** The version of the format. */
const VERSION = 1;
/** The most bytes of JSON that are packed, and read again. */
const MOST = 64 * 1024 * 1024;

/** Records as one compressed text: as many of them, from the first on, as there is room for. */
export async function packRecords(records: Iterable<PackedRecord>): Promise<Uint8Array> {
  const texts: string[] = [];
  let length = 0;
  for (const { of, value } of records) {
    const text = JSON.stringify({ of, value });
    length += Buffer.byteLength(text) + 1;
    if (length > MOST - 100) break;
    texts.push(text);
  }
  return promisify(gzip)(`{"version":${VERSION},"records":[${texts.join()}]}`);
}

/** What {@link packRecords} wrote; undefined for anything else. */
export async function unpackRecords(bytes: Uint8Array): Promise<PackedRecord[] | undefined> {
  try {
    const text = await promisify(gunzip)(bytes, { maxOutputLength: MOST });
    const { version, records } = JSON.parse(text.toString("utf8")) as { version?: unknown; records?: unknown };
    return version === VERSION && Array.isArray(records) && records.every(isRecord) ? records : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is PackedRecord {
  return typeof value === "object" && value !== null && "of" in value && typeof value.of === "string";
}
