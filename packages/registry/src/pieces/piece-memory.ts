/** Bytes read at a time: few steps for large contents, and little memory, however late the collector comes. */
export const PIECE_BYTES = 1024 * 1024;

/**
 * Memory that the pieces of large contents are read into, again and again: with new memory for each the collector would
 * take longer than reading does. Whoever is done with a piece gives it back; a piece that nobody gives back is only
 * collected.
 */
export class PieceMemory {
  readonly #free: ArrayBuffer[] = [];
  readonly #lent = new WeakSet<ArrayBuffer>();

  /** Room for a piece. */
  take(): Buffer<ArrayBuffer> {
    const memory = this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES).buffer;
    this.#lent.add(memory);
    return Buffer.from(memory);
  }

  /** Takes a piece back, whole or as much of it as was filled; what is not from here is left alone. */
  give({ buffer }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer) || !this.#lent.delete(buffer)) return;
    this.#free.push(buffer);
  }
}
