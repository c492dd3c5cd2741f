/** Writes bits, the lowest first, as bytes. */
export class BitWriter {
  #output = new Uint8Array();
  #at = 0;
  /** Bits that no whole byte is written of. */
  #bits = 0;
  #count = 0;

  /** Begins anew, with room for that many bytes. */
  begin(most: number): void {
    if (this.#output.length < most) this.#output = new Uint8Array(most);
    this.#at = 0;
  }

  /** At most 16 bits. */
  put(value: number, bits: number): void {
    this.#bits |= value << this.#count;
    this.#count += bits;
    if (this.#count < 16) return;
    this.#output[this.#at++] = this.#bits;
    this.#output[this.#at++] = this.#bits >>> 8;
    this.#bits >>>= 16;
    this.#count -= 16;
  }

  /** What is written, the last byte filled up with zeros. */
  end(): Uint8Array<ArrayBuffer> {
    for (; this.#count > 0; this.#count -= 8, this.#bits >>>= 8) this.#output[this.#at++] = this.#bits;
    this.#count = 0;
    return this.#output.slice(0, this.#at);
  }
}
