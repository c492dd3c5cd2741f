const SIZE = 4;

/**
 * Sizes and parts as COMPILE_SCRIPT reads and writes them: first how many bytes each part has (little-endian), then the
 * parts.
 */
export function frame(...parts: readonly Uint8Array[]): Buffer {
  const sizes = Buffer.alloc(SIZE * parts.length);
  for (const [at, part] of parts.entries()) sizes.writeUInt32LE(part.length, SIZE * at);
  return Buffer.concat([sizes, ...parts]);
}

/** Takes frames of two parts out of what is read, however it is cut. */
export class FrameReader {
  readonly #take: (first: Buffer, second: Buffer) => void;
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** How many bytes there must be to go on. */
  #wanted = 2 * SIZE;

  constructor(take: (first: Buffer, second: Buffer) => void) {
    this.#take = take;
  }

  write(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= this.#wanted) this.#read(Buffer.concat(this.#chunks));
  }

  #read(bytes: Buffer): void {
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      this.#wanted = 2 * SIZE;
      if (left < this.#wanted) break;
      const parts = at + this.#wanted;
      const second = parts + bytes.readUInt32LE(at);
      const end = second + bytes.readUInt32LE(at + SIZE);
      this.#wanted = end - at;
      if (left < this.#wanted) break;
      this.#take(bytes.subarray(parts, second), bytes.subarray(second, end));
      at = end;
    }
    this.#chunks = [bytes.subarray(at)];
    this.#size = bytes.length - at;
  }
}
