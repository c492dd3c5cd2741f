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
    let chunks: Uint8Array[] = [];
    return {
      get size() {
        return chunks.reduce((size, chunk) => size + chunk.length, 0);
      },
      async write(chunk) {
        chunks.push(chunk);
      },
      commit: async (digest) => {
        const bytes = Buffer.concat(chunks);
        chunks = [];
        if (digestOfBytes(bytes, algorithmOf(digest)) !== digest) return false;
        this.#content.set(digest, bytes);
        return true;
      },
      async discard() {
        chunks = [];
      },
    };
  }
}
