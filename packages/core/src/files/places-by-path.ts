import type { FileStats } from "./file-stats.ts";
import type { StatRows } from "./stat-rows.ts";

const FEWEST_SLOTS = 1024;

/**
 * Finds rows by the key of their path: a hash table with linear probing, no more than half full. It has four to eight
 * times less memory than a Map of numbers. Not by the inode, which files of two file systems may share, and which some
 * file systems give to all of theirs.
 */
export class PlacesByPath {
  readonly #rows: StatRows;
  /** Each a place plus one; zero is free. */
  #slots = new Uint32Array(FEWEST_SLOTS);
  #count = 0;

  constructor(rows: StatRows) {
    this.#rows = rows;
  }

  /** Where the file at this path stands in the version with these stats. */
  find(key: number, stats: FileStats): number | undefined {
    for (let at = this.#first(key); ; at = this.#next(at)) {
      const slot = this.#slots[at] as number;
      if (slot === 0) return undefined;
      if (this.#rows.key(slot - 1) === key && this.#rows.isOf(slot - 1, stats)) return slot - 1;
    }
  }

  /** Adds a place, which may be the second of its path. */
  add(place: number): void {
    if (this.#count * 2 === this.#slots.length) this.#grow();
    this.#put(place + 1);
    this.#count++;
  }

  #put(slot: number): void {
    let at = this.#first(this.#rows.key(slot - 1));
    while (this.#slots[at] !== 0) at = this.#next(at);
    this.#slots[at] = slot;
  }

  #first(key: number): number {
    // A key is a hash itself: any of its bits will do.
    return (key >>> 0) & (this.#slots.length - 1);
  }

  #next(at: number): number {
    return (at + 1) & (this.#slots.length - 1);
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (const slot of old) if (slot !== 0) this.#put(slot);
  }
}
