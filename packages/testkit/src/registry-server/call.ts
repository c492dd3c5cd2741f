import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { ContentStore } from "./content-store.ts";
import type { RegistryQuirks } from "./registry-options.ts";
import type { Repository } from "./repository.ts";

/** One request to a repository, as its handlers see it. */
export interface Call {
  /** `http://host:port` as the client reached it. */
  origin: string;
  method: string;
  /** Repository name. */
  name: string;
  /** What follows `blobs/`, `manifests/`, `tags/` or `referrers/` in the path. */
  subject: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: AsyncIterable<Uint8Array>;
  /** The repository; made by the first write to it. */
  repository: Repository;
  repositories: Map<string, Repository>;
  content: ContentStore;
  quirks: RegistryQuirks;
}

/** What to answer; `body` is left out of answers to HEAD, its length is not. */
export interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: Uint8Array | string | Readable;
}

/** The header that names the digest of what is answered, of registries that send it. */
export function digestHeader({ quirks }: Call, digest: string): Record<string, string> {
  return quirks.contentDigest === false ? {} : { "docker-content-digest": digest };
}
