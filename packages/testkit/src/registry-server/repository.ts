import { randomUUID } from "node:crypto";
import type { ContentDraft } from "./content-store.ts";

/** A manifest or index as it was pushed, byte for byte. */
export interface StoredManifest {
  mediaType: string;
  bytes: Uint8Array;
  digest: string;
}

export interface Upload {
  id: string;
  draft: ContentDraft;
}

/** What one repository holds. Blobs are seen only in the repositories they were pushed to or mounted into. */
export class Repository {
  readonly blobs = new Set<string>();
  readonly manifests = new Map<string, StoredManifest>();
  readonly tags = new Map<string, string>();
  readonly uploads = new Map<string, Upload>();
  /** False until something is kept here: registries answer NAME_UNKNOWN then. */
  get exists(): boolean {
    return this.blobs.size + this.manifests.size + this.tags.size > 0;
  }

  /** The manifest under a tag or digest. */
  find(reference: string): StoredManifest | undefined {
    return this.manifests.get(this.tags.get(reference) ?? reference);
  }

  openUpload(draft: ContentDraft): Upload {
    const upload = { id: randomUUID(), draft };
    this.uploads.set(upload.id, upload);
    return upload;
  }
}
