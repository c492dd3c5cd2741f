import { StringDecoder } from "node:string_decoder";
import { cutBesideSecrets } from "@imagespec/registry/terms";

const LONGEST_LINE = 64 * 1024;

/** How lines are cut. */
export interface LineSplitterOptions {
  /**
   * Characters after which a line without an end is given out in pieces, so that a tool without line ends cannot fill
   * the memory; 65,536 by default. Infinity for structured output, of which a part cannot be read.
   */
  longest?: number | undefined;
  /** Texts of which no piece may hold a part, since parts are not recognized. They stay in the lines. */
  secrets?: readonly string[] | undefined;
}

/** Cuts a stream of bytes into lines, as UTF-8; CR LF, LF and a lone CR (progress bars) end a line. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  readonly #longest: number;
  readonly #secrets: readonly string[];
  #rest = "";

  constructor(onLine: (line: string) => void, { longest = LONGEST_LINE, secrets = [] }: LineSplitterOptions = {}) {
    this.#onLine = onLine;
    this.#longest = longest;
    this.#secrets = secrets;
  }

  /** Takes the next bytes; calls back for each line that they complete. */
  write(chunk: Uint8Array): void {
    this.#rest += this.#decoder.write(chunk);
    // A CR at the very end may be half of a CR LF: it waits for the next chunk.
    const lines = this.#rest.split(/\r\n|\n|\r(?!\n|$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
    for (;;) {
      const cut = cutBesideSecrets(this.#rest, this.#longest, this.#secrets);
      if (cut === undefined) return;
      this.#onLine(this.#rest.slice(0, cut));
      this.#rest = this.#rest.slice(cut);
    }
  }

  /** Calls back for what came after the last line end. */
  end(): void {
    const last = (this.#rest + this.#decoder.end()).replace(/\r$/, "");
    this.#rest = "";
    if (last !== "") this.#onLine(last);
  }
}
