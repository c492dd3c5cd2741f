import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { Descriptor } from "../image/descriptor.ts";
import type { OpenBlob } from "../image/store.ts";
import type { PieceMemory } from "../pieces/piece-memory.ts";

/** What is uploaded. */
export interface UploadQuestion {
  open: OpenBlob;
  descriptor: Descriptor;
  /** Its name stands in messages. */
  subject: { name: string };
  /** Takes back the pieces that were sent. */
  memory: PieceMemory;
}

/**
 * The bytes of a blob in chunks, read from one stream as long as they are asked for in order; opened anew where a chunk
 * must be sent again.
 *
 * @throws ImageSpecError E_DIGEST_MISMATCH when the source has not exactly as many bytes as the descriptor says.
 */
export class UploadSource {
  readonly #open: OpenBlob;
  readonly #descriptor: Descriptor;
  readonly #name: string;
  readonly #memory: PieceMemory;
  #stream: AsyncIterator<Uint8Array> | undefined;
  /** Of the stream: what was passed on. */
  #position = 0;
  /** Counts the chunks asked for. */
  #turn = 0;
  /** Read and not passed on yet. */
  #rest: Uint8Array | undefined;

  constructor({ open, descriptor, subject, memory }: UploadQuestion) {
    this.#open = open;
    this.#descriptor = descriptor;
    this.#name = subject.name;
    this.#memory = memory;
  }

  /**
   * The bytes from `start` up to `end`, which is not included. The next call takes over: a chunk that was given up for
   * it ends. The last piece of all is held back until the source has ended. Memory of a piece is used again once the
   * next one is asked for.
   */
  async *chunk(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    const turn = ++this.#turn;
    if (this.#stream === undefined || this.#position !== start) await this.#seek(start);
    while (this.#position < end) {
      const piece = await this.#take(end - this.#position);
      if (turn !== this.#turn) return;
      if (piece === undefined) throw this.#wrongSize(`${this.#position} of the`);
      const isLast = this.#position + piece.length === this.#descriptor.size;
      if (isLast && (await this.#take(1)) !== undefined) throw this.#wrongSize("more than");
      this.#position += piece.length;
      yield piece;
      // It is sent by the time the next is asked for.
      if (this.#rest?.length === 0 && turn === this.#turn) this.#memory.give(piece);
    }
  }

  /** Ends the stream, if one is open. */
  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#rest = undefined;
    this.#position = 0;
    await stream?.return?.();
  }

  async #seek(start: number): Promise<void> {
    await this.close();
    this.#stream = this.#open()[Symbol.asyncIterator]();
    while (this.#position < start) {
      const skipped = await this.#take(start - this.#position);
      if (skipped === undefined) throw this.#wrongSize(`${this.#position} of the`);
      this.#position += skipped.length;
    }
  }

  async #take(most: number): Promise<Uint8Array | undefined> {
    const stream = this.#stream;
    while (this.#rest === undefined || this.#rest.length === 0) {
      const next = await stream?.next();
      if (next === undefined || next.done || stream !== this.#stream) return undefined;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  #wrongSize(what: string): ImageSpecError {
    const { digest, size } = this.#descriptor;
    return new ImageSpecError("E_DIGEST_MISMATCH", `${this.#name}: the source has ${what} ${size} bytes of ${digest}`, {
      hint: "Run it again: the content changed after its digest was computed.",
      details: { digest, size },
    });
  }
}
