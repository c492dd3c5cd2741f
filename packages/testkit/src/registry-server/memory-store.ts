import { Readable } from "node:stream";
import { algorithmOf, digestOfBytes } from "./content-digest.ts";
import type { ContentDraft, ContentStore } from "./content-store.ts";

/** Content kept in this process: for tests with small images. */
export class MemoryStore implements ContentStore {
  readonly #content = new Map<string, Buffer>();

  async size(digest: string): Promise<number | undefined> {
    return this.#content.get(digest)?.length;
  }

  read(digest: string, range?: { start: number; end: number }): Readable {
    const bytes = this.#content.get(digest);
    if (bytes === undefined) throw new Error(`no content ${digest}`);
    return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]);
  }

  async begin(): Promise<ContentDraft> {
    return new MemoryDraft(this.#content);
  }
}

class MemoryDraft implements ContentDraft {
  readonly #content: Map<string, Buffer>;
  #chunks: Uint8Array[] = [];
  size = 0;

  constructor(content: Map<string, Buffer>) {
    this.#content = content;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  async commit(digest: string): Promise<boolean> {
    const bytes = Buffer.concat(this.#chunks);
    await this.discard();
    if (digestOfBytes(bytes, algorithmOf(digest)) !== digest) return false;
    this.#content.set(digest, bytes);
    return true;
  }

  async discard(): Promise<void> {
    this.#chunks = [];
  }
}
