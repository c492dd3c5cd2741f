import { BlockWriter } from "./block-writer.ts";
import { Matches } from "./matches.ts";

/**
 * Deflates inputs of a few MiB at most, one after the other, each into a raw stream of a single block (RFC 1951). In
 * JavaScript alone, and by integers alone: the same bytes from every release of Node, every zlib and every processor.
 * Other constants are another recipe.
 */
export class Deflater {
  readonly #matches = new Matches();
  readonly #writer = new BlockWriter();

  deflate(input: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return this.#writer.write(input, this.#matches.find(input));
  }
}
