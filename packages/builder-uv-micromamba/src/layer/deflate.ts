import { BlockWriter } from "./block-writer.ts";
import { Matches } from "./matches.ts";

/** A match of this length is taken without looking whether the next byte begins a longer one. */
const LONG_ENOUGH = 32;

/**
 * Deflates blocks, one after the other, each into a raw stream of its own (RFC 1951). In JavaScript alone, and by integers
 * alone: the same bytes from every release of Node, every zlib and every processor. Other constants are another recipe.
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

  // Nothing but the loop: V8 compiles it while it runs, and would do so again for what comes after it and has not run yet.
  #tokens(input: Uint8Array<ArrayBuffer>): void {
    const matches = this.#matches;
    const writer = this.#writer;
    for (let at = 0, match = matches.longest(0, 0); at < input.length; ) {
      const found = match & 511;
      if (found < LONG_ENOUGH) {
        const later = matches.longest(at + 1, found);
        if (found === 0 || later !== 0) {
          writer.literal(input[at++] as number);
          match = later;
          continue;
        }
      }
      writer.match(found, match >>> 9);
      matches.pass(found < LONG_ENOUGH ? at + 2 : at + 1, at + found);
      at += found;
      match = matches.longest(at, 0);
    }
  }
}
