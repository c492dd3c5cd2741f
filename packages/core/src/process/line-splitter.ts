import { StringDecoder } from "node:string_decoder";

const LONGEST_LINE = 64 * 1024;

/**
 * Cuts a stream of bytes into lines, as UTF-8; CR LF, LF and a lone CR (progress bars) end a line. A line of more than
 * `longest` characters (by default 64 Ki) is cut into several, so that a tool without line ends cannot fill the memory.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  readonly #longest: number;
  #rest = "";

  constructor(onLine: (line: string) => void, longest: number = LONGEST_LINE) {
    this.#onLine = onLine;
    this.#longest = longest;
  }

  /** Takes the next bytes; calls back for each line that they complete. */
  write(chunk: Uint8Array): void {
    this.#rest += this.#decoder.write(chunk);
    // A CR at the very end may be half of a CR LF: it waits for the next chunk.
    const lines = this.#rest.split(/\r\n|\n|\r(?!\n|$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
    while (this.#rest.length > this.#longest) {
      this.#onLine(this.#rest.slice(0, this.#longest));
      this.#rest = this.#rest.slice(this.#longest);
    }
  }

  /** Calls back for what came after the last line end. */
  end(): void {
    const last = (this.#rest + this.#decoder.end()).replace(/\r$/, "");
    this.#rest = "";
    if (last !== "") this.#onLine(last);
  }
}
