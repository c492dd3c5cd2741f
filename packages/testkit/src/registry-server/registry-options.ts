import type { ContentStore } from "./content-store.ts";

/** Who may do what. Without it everybody may do everything. */
export type RegistryAuth =
  | { type: "basic"; users: Record<string, string> }
  | {
      /** Docker token authentication: this server is its own token service, at `/token`. */
      type: "bearer";
      users: Record<string, string>;
      /** Tokens to pull are given to everybody. */
      anonymousPull?: boolean;
      /** Refresh tokens (docker's `identitytoken`) that the token service takes, and whose they are. */
      refreshTokens?: Record<string, string>;
      /** After so many requests a token is expired. */
      tokenUses?: number;
      /** How the token service names the token. Default `token`. */
      tokenField?: "token" | "access_token";
      /** The realm to print in challenges instead of this server's own. */
      realm?: string;
    };

/** Ways in which registries in the field differ; all of them are within the distribution spec. */
export interface RegistryQuirks {
  /** `HEAD` of a blob answers 405. */
  blobHead?: false;
  /** `mount=` is never granted: a session is opened instead. */
  mount?: false;
  /** `POST ?digest=` with the whole blob opens a session instead of taking it. */
  monolithicPost?: false;
  /** `Location` is a path alone. Default: an absolute URL. */
  relativeLocation?: true;
  /** Text that is put behind `?` in upload locations and must come back with every call. */
  uploadQuery?: string;
  /** Answers to PATCH and GET of uploads carry no `Range`. */
  uploadRange?: false;
  /** `OCI-Chunk-Min-Length`, in bytes; smaller chunks (but the last) answer 416. */
  chunkMinLength?: number;
  /** The referrers API answers 404, and `OCI-Subject` is never sent. */
  referrers?: false;
  /** `Docker-Content-Digest` is never sent. */
  contentDigest?: false;
}

/** How a registry behaves. */
export interface RegistryOptions {
  auth?: RegistryAuth;
  /** TCP port on the loopback address; default: a free one. */
  port?: number;
  /** Where blobs are kept: this process's memory (default), a folder, or a store of one's own. */
  storage?: "memory" | { folder: string } | ContentStore;
  /** Serves https with this certificate, both in PEM. */
  tls?: { key: string; cert: string };
  /** Refuses manifests whose blobs or children are not there, as most registries do. Default true. */
  checkReferences?: boolean;
  quirks?: RegistryQuirks;
}
