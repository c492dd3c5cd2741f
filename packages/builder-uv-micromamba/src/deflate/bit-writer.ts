/**
 * A symbol's bits, in the order a stream has them, above five bits that say how many they are: up to 24, and 0 for a
 * symbol that does not occur.
 */
export type BitCode = number;

/** Writes bits, the lowest first, as bytes. */
export class BitWriter {
  #output = new Uint8Array();
  #at = 0;
  /** Bits that no whole byte is written of, less than eight. */
  #bits = 0;
  #count = 0;

  /** Begins anew, with room for that many bytes. */
  begin(most: number): void {
    if (this.#output.length < most) this.#output = new Uint8Array(most);
    this.#at = 0;
  }

  /** Writes a number of that many bits, at most 24. */
  put(value: number, bits: number): void {
    this.code((value << 5) | bits);
  }

  code(code: BitCode): void {
    const bits = this.#bits | ((code >>> 5) << this.#count);
    const count = this.#count + (code & 31);
    const at = this.#at;
    // Without asking how many bytes are full: what is not is written again by the next.
    this.#output[at] = bits;
    this.#output[at + 1] = bits >>> 8;
    this.#output[at + 2] = bits >>> 16;
    this.#at = at + (count >> 3);
    this.#bits = bits >>> (count & 24);
    this.#count = count & 7;
  }

  /** What is written, the last byte filled up with zeros. */
  end(): Uint8Array<ArrayBuffer> {
    const end = this.#count === 0 ? this.#at : this.#at + 1;
    this.#bits = 0;
    this.#count = 0;
    return this.#output.slice(0, end);
  }
}
