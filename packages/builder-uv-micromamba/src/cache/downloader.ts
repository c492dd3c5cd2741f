import { createReadStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  type BuildEvent,
  counted,
  ImageSpecError,
  isImageSpecError,
  type NetrcLogin,
  TransferReport,
} from "@imagespec/core/builder";
import { collectBytes, type HttpResponse, type HttpTransport } from "@imagespec/registry";
import type { BlobStore, ExpectedBlob } from "./blob-store.ts";

const REDIRECTS = 8;
/** The most bytes of a file without a stated size: several times those of the largest wheel there is. */
const MOST_BYTES = 16 * 1024 ** 3;
const TRIES = 4;
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);

/** A login for one host, or for one origin when `origin` is set; the host "*" stands for all. */
export interface IndexLogin extends NetrcLogin {
  origin?: string | undefined;
}

/** A file to download, with all that is stated of it. */
export interface WantedBlob extends ExpectedBlob {
  url: string;
}

/** Downloads files into the cache, checked by hash and size, with the logins of the hosts they are for. */
export class Downloader {
  readonly #blobs: BlobStore;
  readonly #logins: readonly IndexLogin[];
  readonly #http: HttpTransport;
  readonly #report: TransferReport;
  readonly #mostBytes: number;

  /** `mostBytes`: the most bytes of a file without a stated size. */
  constructor(
    http: HttpTransport,
    blobs: BlobStore,
    emit: (event: BuildEvent) => void,
    logins: readonly IndexLogin[] = [],
    mostBytes = MOST_BYTES,
  ) {
    this.#http = http;
    this.#blobs = blobs;
    this.#logins = logins;
    this.#mostBytes = mostBytes;
    this.#report = new TransferReport(emit, { name: "download packages", direction: "fetched" });
  }

  /**
   * The digest of the file, which is in the cache afterwards.
   *
   * @throws ImageSpecError E_RESOLVE when the server does not give it, E_DIGEST_MISMATCH when it gives something else;
   * both are tried again a few times first. E_RESOLVE at once for a file without end of which no size is stated.
   */
  async fetch(wanted: WantedBlob, signal: AbortSignal): Promise<{ digest: string; size: number }> {
    const digest = wanted.hashes?.find((hash) => hash.startsWith("sha256:"));
    const kept = digest === undefined ? undefined : await this.#blobs.size(digest);
    if (digest !== undefined && kept !== undefined && (await this.#blobs.verify(digest, wanted)))
      return { digest, size: kept };
    this.#report.expect(wanted.size ?? 0);
    return this.#tried(wanted, signal, async () => {
      let moved = 0;
      const count = (bytes: number) => {
        moved += bytes;
        this.#report.moved(bytes);
        if (wanted.size === undefined && moved > this.#mostBytes)
          throw failed(wanted, `it has more than ${this.#mostBytes} bytes`);
      };
      try {
        const body = wanted.url.startsWith("file:") ? localFile(wanted) : await this.#open(wanted, signal);
        const written = await this.#blobs.write(counted(body, count), wanted);
        this.#report.flush();
        return written;
      } catch (error) {
        this.#report.moved(-moved);
        throw error;
      }
    });
  }

  /**
   * A whole file of at most `limit` bytes, which is not cached; undefined where the server has none (404).
   *
   * @throws ImageSpecError E_RESOLVE for any other answer, which is tried again a few times first, and for a longer
   * file.
   */
  async bytes(url: string, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const wanted = { url, subject: url };
    try {
      return await this.#tried(wanted, signal, async () => {
        const body = await this.#open(wanted, signal);
        return collectBytes(body, limit, url).catch((cause: unknown) => {
          throw isImageSpecError(cause, "E_REGISTRY")
            ? failed(wanted, `it has more than ${limit} bytes`, { cause })
            : cause;
        });
      });
    } catch (error) {
      if (isImageSpecError(error, "E_RESOLVE") && error.details.status === 404) return undefined;
      throw error;
    }
  }

  /** The result of `get`, which is tried again where another attempt may succeed. */
  async #tried<T>(wanted: WantedBlob, signal: AbortSignal, get: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await get();
      } catch (error) {
        signal.throwIfAborted();
        const again = isImageSpecError(error, "E_RESOLVE") && error.details.retry === true;
        const final = isImageSpecError(error) && error.code !== "E_DIGEST_MISMATCH" && !again;
        if (final || attempt === TRIES)
          throw isImageSpecError(error) ? error : failed(wanted, (error as Error).message, { cause: error });
        await sleep(250 * 2 ** attempt * (0.5 + Math.random()), undefined, { signal });
      }
    }
  }

  async #open(wanted: WantedBlob, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    let url = new URL(wanted.url);
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      // Each redirect is followed with the login of its own host, so no login reaches another host.
      const login = this.#login(url);
      const headers: Record<string, string> = { "accept-encoding": "identity" };
      if (login !== undefined)
        headers.authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
      const answer: HttpResponse = await this.#http.send({ method: "GET", url, headers, signal });
      if (answer.status === 200) return answer.body;
      await answer.body.dump({ limit: 64 * 1024 });
      const location = answer.header("location");
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        const next = new URL(location, url);
        if (url.protocol === "https:" && next.protocol !== "https:")
          throw failed(wanted, "it redirects from https to http");
        url = next;
        continue;
      }
      const { status } = answer;
      throw failed(wanted, `${url.host} answers ${status}`, { retry: RETRIED.has(status), status });
    }
    throw failed(wanted, "too many redirects");
  }

  #login(url: URL): IndexLogin | undefined {
    return (
      this.#logins.find((login) => login.origin === url.origin) ??
      this.#logins.find((login) => login.origin === undefined && login.host === url.hostname) ??
      this.#logins.find((login) => login.host === "*")
    );
  }
}

/** A file of this machine, as a `file:` address names it. */
async function* localFile(wanted: WantedBlob): AsyncGenerator<Uint8Array> {
  const path = fileURLToPath(wanted.url);
  try {
    yield* createReadStream(path);
  } catch (cause) {
    const message = `${wanted.subject} cannot be read: ${(cause as Error).message}`;
    throw new ImageSpecError("E_RESOLVE", message, { hint: "Correct the address, or put the file there.", cause });
  }
}

function failed(
  wanted: WantedBlob,
  why: string,
  { cause, retry = false, status }: { cause?: unknown; retry?: boolean; status?: number } = {},
): ImageSpecError {
  const isUnreached = cause !== undefined && !isImageSpecError(cause);
  return new ImageSpecError("E_RESOLVE", `${wanted.subject} cannot be downloaded: ${why}`, {
    hint: isUnreached ? unreachedHint(wanted) : answerHint(status),
    cause,
    details: { retry, status },
  });
}

function unreachedHint({ url }: WantedBlob): string {
  const { host } = new URL(url);
  return `Check that ${host} can be reached from here, or name a mirror of the index or channel in IMAGESPEC_INDEX_MIRRORS.`;
}

function answerHint(status: number | undefined): string {
  return status === 401 || status === 403
    ? "Give the login of the index as a secret: pipSecretMounts with a .netrc."
    : "Check the index and the network, and try again.";
}
