import { Readable } from "node:stream";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { zstdFrames } from "@imagespec/inspect/layer";
import { redact } from "@imagespec/registry/terms";
import type { RepodataRecord } from "./conda-package.ts";

/** The most bytes of an unpacked index: conda-forge's largest has about 300 MB. */
const LARGEST_INDEX = 1024 ** 3;

/** What a channel says of a subdir. */
export interface Repodata {
  /** By file name. */
  records: Map<string, RepodataRecord>;
  /** What the address of a package's file begins with. */
  address: string;
}

/** Fetches a whole file of at most `limit` bytes; undefined for 404. */
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
    // Decoded without a copy, since there may be hundreds of megabytes.
    return bytes && parseRepodata(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"), url);
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

function parseRepodata(text: string, url: string): Repodata {
  const data = JSON.parse(text) as RawRepodata;
  const { packages = {}, "packages.conda": modern = {} } = data;
  const records: Repodata["records"] = new Map();
  for (const [fn, record] of Object.entries(packages))
    if (modern[fn.replace(/\.tar\.bz2$/, ".conda")] === undefined) records.set(fn, record);
  for (const [fn, record] of Object.entries(modern)) records.set(fn, record);
  return { records, address: packageAddress(data, url) };
}

interface RawRepodata {
  packages?: Record<string, RepodataRecord>;
  "packages.conda"?: Record<string, RepodataRecord>;
  repodata_version?: unknown;
  info?: { base_url?: unknown };
}

/** Version 2 of the format may say that the packages are elsewhere (CEP 15). */
function packageAddress({ repodata_version, info }: RawRepodata, url: string): string {
  const base = info?.base_url;
  if (repodata_version !== 2 || typeof base !== "string") return url.slice(0, url.lastIndexOf("/") + 1);
  const address = new URL(base.replace(/\/*$/, "/"), url);
  if (/^https?:$/.test(address.protocol) && address.username === "" && address.password === "") return address.href;
  throw new Error(`its base_url is no http address without a login: ${redact(base)}`);
}
