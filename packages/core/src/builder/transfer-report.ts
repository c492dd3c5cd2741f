import type { BuildEvent } from "./build-event.ts";

/** Milliseconds between two events about the same bytes. */
const INTERVAL = 200;

/**
 * Reports how many bytes of a build have been moved, as progress of one name: at most five times a second, and at the
 * end.
 */
export class TransferReport {
  readonly #emit: (event: BuildEvent) => void;
  readonly #about: { name: string; direction: "fetched" | "pushed" };
  #total = 0;
  #moved = 0;
  #reused = 0;
  #told = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(emit: (event: BuildEvent) => void, about: { name: string; direction: "fetched" | "pushed" }) {
    this.#emit = emit;
    this.#about = about;
  }

  /** Adds to the bytes that there will be in the end. */
  expect(bytes: number): void {
    this.#total += bytes;
  }

  /** Counts bytes that were moved; a negative number where they have to be moved again. */
  moved(bytes: number): void {
    this.#moved += bytes;
    if (performance.now() - this.#toldAt >= INTERVAL) this.#tell();
  }

  /** Counts bytes that did not have to be moved. */
  reused(bytes: number): void {
    this.#reused += bytes;
  }

  /** Reports what has not been reported yet: at the end, and when it is known that nothing happens for a while. */
  flush(): void {
    if (this.#moved + this.#reused !== this.#told) this.#tell();
  }

  #tell(): void {
    const current = this.#moved + this.#reused;
    this.#told = current;
    this.#toldAt = performance.now();
    const total = Math.max(this.#total, current);
    this.#emit({ type: "progress", ...this.#about, current, total, reused: this.#reused, unit: "bytes" });
  }
}

/** The same bytes, counted as they are read. */
export async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    // Whoever takes a piece may use its memory again.
    const { length } = piece;
    yield piece;
    count(length);
  }
}
