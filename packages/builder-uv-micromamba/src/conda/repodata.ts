import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import type { RepodataRecord } from "./conda-package.ts";

const decompress = promisify(zstdDecompress) as (data: Uint8Array) => Promise<Buffer>;

/** Records by file name. */
export type Repodata = Map<string, RepodataRecord>;

/** Gets a URL whole; undefined for 404. */
export type Download = (url: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/**
 * The index of one subdir of a channel: `repodata.json.zst`, else `repodata.json`. Undefined when the channel has no
 * such subdir. A package that is there in both formats is taken as `.conda`. Throws E_RESOLVE naming the URL.
 */
export async function fetchRepodata(
  channel: string,
  subdir: string,
  download: Download,
  signal: AbortSignal,
): Promise<Repodata | undefined> {
  const url = `${channel}/${subdir}/repodata.json`;
  try {
    const packed = await download(`${url}.zst`, signal);
    const bytes = packed === undefined ? await download(url, signal) : await decompress(packed);
    return bytes === undefined ? undefined : parseRepodata(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    if (signal.aborted || isImageSpecError(cause)) throw cause;
    throw new ImageSpecError("E_RESOLVE", `Cannot read the conda channel's ${url}: ${(cause as Error).message}`, {
      hint: "check condaChannels and that the channel answers",
      cause,
    });
  }
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
