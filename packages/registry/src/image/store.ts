import type { PieceMemory } from "../pieces/piece-memory.ts";
import type { Descriptor } from "./descriptor.ts";

/** A manifest or index as its bytes: the digest is over exactly these. */
export interface ManifestBytes {
  mediaType: string;
  digest: string;
  bytes: Uint8Array;
}

/** What every call that reads or writes an image takes. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** How a blob is read. */
export interface ReadBlobOptions extends CallOptions {
  /** True when the caller checks digest and size itself, so that they are not checked twice. Default false. */
  unchecked?: boolean | undefined;
  /** Where large pieces are read into, which the reader gives back; by default each has memory of its own. */
  memory?: PieceMemory | undefined;
}

/**
 * Where images are read from: a repository of a registry or an OCI layout folder. What it returns was checked by digest
 * and size; a mismatch is E_DIGEST_MISMATCH.
 */
export interface ImageSource {
  /** Names this source in messages. */
  readonly name: string;
  /** The registry's host, when `name` is a repository of one: another repository there can then mount from it. */
  readonly registry?: string;
  /**
   * The manifest or index under a tag or a digest.
   *
   * @throws ImageSpecError E_INPUT_FILE, or E_REGISTRY with details.status 404, when there is none.
   */
  getManifest(tagOrDigest: string, options?: CallOptions): Promise<ManifestBytes>;
  /**
   * The bytes of a blob.
   *
   * @throws ImageSpecError E_DIGEST_MISMATCH at the end of the iteration, when they are not what the descriptor says.
   */
  getBlob(descriptor: Descriptor, options?: ReadBlobOptions): AsyncIterable<Uint8Array>;
}

/** How a blob is written. */
export interface PutBlobOptions extends CallOptions {
  /** A repository of the same registry that may hold the blob. */
  mountFrom?: string | undefined;
  /** True: a registry is sent the blob without being asked whether it is there. It is new, or was asked for before. */
  unasked?: boolean | undefined;
}

/** Opens the bytes of a blob from the start; called again when an upload must be restarted. */
export type OpenBlob = () => AsyncIterable<Uint8Array>;

/** Where images are written to: a repository of a registry, an OCI layout folder, a docker archive. */
export interface ImageSink {
  readonly name: string;
  /** True when `putBlob` checks digest and size before the blob becomes visible. */
  readonly checksBlobs?: boolean;
  /** What blobs for `putBlob` are best read into: it gives back the pieces that it is done with. */
  readonly memory?: PieceMemory;
  /** Removes what was written and is not referenced; called when writing an image fails. */
  discard?(): Promise<void>;
  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean>;
  /** Writes a blob; a sink that has it already does nothing. */
  putBlob(descriptor: Descriptor, open: OpenBlob, options?: PutBlobOptions): Promise<void>;
  /** Writes a manifest or index by digest, and under `tag` when given. Every blob and child must be there before. */
  putManifest(manifest: ManifestBytes, options?: CallOptions & { tag?: string | undefined }): Promise<void>;
}
