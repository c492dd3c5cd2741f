import { Readable } from "node:stream";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { zstdFrames } from "@imagespec/inspect/layer";
import type { RepodataRecord } from "./conda-package.ts";

/** Bytes an index may have, unpacked: conda-forge's largest has about 300 MB. */
const LARGEST_INDEX = 1024 ** 3;

/** Records by file name. */
export type Repodata = Map<string, RepodataRecord>;

/** Gets a file of at most `limit` bytes whole; undefined for 404. */
export type Download = (url: string, limit: number, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/**
 * The index of one subdir of a channel: `repodata.json.zst`, else `repodata.json`. Undefined when the channel has no
 * such subdir. A package that is there in both formats is taken as `.conda`.
 *
 * @throws ImageSpecError E_RESOLVE naming the URL.
 */
export async function fetchRepodata(
  channel: string,
  subdir: string,
  download: Download,
  signal: AbortSignal,
): Promise<Repodata | undefined> {
  const url = `${channel}/${subdir}/repodata.json`;
  try {
    const packed = await download(`${url}.zst`, LARGEST_INDEX, signal);
    const bytes = packed === undefined ? await download(url, LARGEST_INDEX, signal) : await unpacked(packed);
    // Not copied first: there may be hundreds of megabytes.
    return bytes && parseRepodata(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch (cause) {
    if (signal.aborted || isImageSpecError(cause)) throw cause;
    throw new ImageSpecError("E_RESOLVE", `The conda channel's ${url} cannot be read: ${(cause as Error).message}`, {
      hint: "Check condaChannels and that the channel answers.",
      cause,
    });
  }
}

async function unpacked(packed: Uint8Array): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of zstdFrames(Readable.from([packed]))) {
    size += chunk.length;
    if (size > LARGEST_INDEX) throw new Error(`it has more than ${LARGEST_INDEX} bytes unpacked`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseRepodata(text: string): Repodata {
  const data = JSON.parse(text) as Record<string, Record<string, RepodataRecord> | undefined>;
  const records: Repodata = new Map();
  for (const [fn, record] of Object.entries(data.packages ?? {})) {
    const modern = fn.replace(/\.tar\.bz2$/, ".conda");
    if (data["packages.conda"]?.[modern] === undefined) records.set(fn, record);
  }
  for (const [fn, record] of Object.entries(data["packages.conda"] ?? {})) records.set(fn, record);
  return records;
}
