import { StringDecoder } from "node:string_decoder";

/** A line longer than this is cut into several, so that a tool without line ends cannot fill the memory. */
const LONGEST_LINE = 64 * 1024;

/** Cuts a stream of bytes into lines, as UTF-8; CR LF, LF and a lone CR (progress bars) end a line. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    this.#rest += this.#decoder.write(chunk);
    // A CR at the very end may be half of a CR LF: it waits for the next chunk.
    const lines = this.#rest.split(/\r\n|\n|\r(?!\n|$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
    while (this.#rest.length > LONGEST_LINE) {
      this.#onLine(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
  }

  end(): void {
    const last = (this.#rest + this.#decoder.end()).replace(/\r$/, "");
    this.#rest = "";
    if (last !== "") this.#onLine(last);
  }
}
