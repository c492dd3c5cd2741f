import { BlockWriter } from "./block-writer.ts";
import { Matches } from "./matches.ts";

/** A match of this length is taken without looking whether the next byte begins a longer one. */
const LONG_ENOUGH = 32;

/**
 * Deflates blocks, one after the other, each into a raw stream of its own (RFC 1951). In JavaScript alone, and by
 * integers alone: the same bytes from every release of Node, every zlib and every processor. Other constants are
 * another recipe.
 */
export class Deflater {
  readonly #matches = new Matches();
  readonly #writer = new BlockWriter();

  deflate(input: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#matches.begin(input);
    this.#writer.begin(input.length);
    this.#tokens(input);
    return this.#writer.end();
  }

  // Nothing but the loop: V8 compiles it while it runs, and would do so again for what comes after it and has not run
  // yet.
  #tokens(input: Uint8Array<ArrayBuffer>): void {
    const matches = this.#matches;
    const writer = this.#writer;
    // Of the last place, if it is not written yet, the match that begins there; 0 for none.
    let waiting = 0;
    for (let at = 0, written = 0; written < input.length; ) {
      const length = waiting & 511;
      const match = length < LONG_ENOUGH ? matches.longest(at, length) : 0;
      if (length > 0 && match === 0) {
        writer.match(length, waiting >>> 9);
        matches.pass(length < LONG_ENOUGH ? at + 1 : at, written + length);
        written += length;
        at = written;
      } else {
        if (written < at) writer.literal(input[written++] as number);
        at++;
      }
      waiting = match;
    }
  }
}
