import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { algorithmOf } from "./content-digest.ts";
import type { ContentDraft, ContentStore } from "./content-store.ts";

/** Content kept as files `blobs/<algorithm>/<hex>` of a folder: for images larger than memory should hold. */
export class FolderStore implements ContentStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async size(digest: string): Promise<number | undefined> {
    try {
      return (await stat(blobFile(this.#folder, digest))).size;
    } catch {
      return undefined;
    }
  }

  read(digest: string, range?: { start: number; end: number }): Readable {
    return createReadStream(blobFile(this.#folder, digest), range);
  }

  async begin(): Promise<ContentDraft> {
    const uploads = join(this.#folder, "uploads");
    await mkdir(uploads, { recursive: true });
    const file = join(uploads, randomUUID());
    return new FolderDraft(this.#folder, file, await open(file, "wx"));
  }
}

class FolderDraft implements ContentDraft {
  readonly #folder: string;
  readonly #file: string;
  readonly #handle: FileHandle;
  // sha256 is what clients use; another algorithm is computed from the file at the end.
  readonly #sha256 = createHash("sha256");
  size = 0;

  constructor(folder: string, file: string, handle: FileHandle) {
    this.#folder = folder;
    this.#file = file;
    this.#handle = handle;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#sha256.update(chunk);
    for (let done = 0; done < chunk.length; ) done += (await this.#handle.write(chunk, done)).bytesWritten;
    this.size += chunk.length;
  }

  async commit(digest: string): Promise<boolean> {
    await this.#handle.close();
    if ((await this.#digest(digest)) !== digest) {
      await rm(this.#file, { force: true });
      return false;
    }
    const target = blobFile(this.#folder, digest);
    await mkdir(join(target, ".."), { recursive: true });
    await rename(this.#file, target);
    return true;
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#file, { force: true });
  }

  async #digest(wanted: string): Promise<string> {
    if (algorithmOf(wanted) === "sha256") return `sha256:${this.#sha256.digest("hex")}`;
    const hash = createHash(algorithmOf(wanted));
    await pipeline(createReadStream(this.#file), hash);
    return `${algorithmOf(wanted)}:${hash.digest("hex")}`;
  }
}

function blobFile(folder: string, digest: string): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  return join(folder, "blobs", algorithm, hex);
}
