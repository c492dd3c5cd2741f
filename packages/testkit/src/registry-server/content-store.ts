import type { Readable } from "node:stream";

/** Bytes by digest, and unfinished bytes by upload id. Knows nothing of repositories. */
export interface ContentStore {
  /** Size in bytes, or undefined when there is no such content. */
  size(digest: string): Promise<number | undefined>;
  /** Bytes `start` to `end`, both included, as HTTP ranges count. */
  read(digest: string, range?: { start: number; end: number }): Readable;
  /** Begins unfinished content. */
  begin(): Promise<ContentDraft>;
}

/** Content that is being uploaded. */
export interface ContentDraft {
  /** Bytes written so far. */
  readonly size: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Keeps the bytes under `digest` when that is their digest and returns true; else drops them and returns false. */
  commit(digest: string): Promise<boolean>;
  discard(): Promise<void>;
}
