/** How far back a match may lie (RFC 1951 3.2.5). */
const WINDOW = 32 * 1024;
const LONGEST = 258;
/** Matches of three bytes are left out: they seldom pay. */
const SHORTEST = 4;
/** Earlier places that are tried for a match. Doubling it makes layers less than one percent smaller. */
const TRIES = 24;
const HASH_BITS = 15;

/** Finds what an input repeats of its last 32 KiB. Each place is asked for or passed once, in order. */
export class Matches {
  // Kept from input to input, since clearing them takes longer than a small one. Places count on, so that what an
  // earlier input has left lies before every place of the next.
  readonly #heads = new Int32Array(1 << HASH_BITS);
  readonly #before = new Int32Array(WINDOW);
  #placed = 1;
  #input = new Uint8Array();
  #view = new DataView(this.#input.buffer);
  #start = 0;
  /** The last place where a match can begin. */
  #last = 0;

  /** Begins with another input. */
  begin(input: Uint8Array<ArrayBuffer>): void {
    if (this.#placed > 2 ** 30 - input.length) {
      this.#heads.fill(0);
      this.#placed = 1;
    }
    this.#input = input;
    this.#view = new DataView(input.buffer, input.byteOffset, input.length);
    this.#start = this.#placed;
    this.#last = input.length - SHORTEST;
    this.#placed += input.length;
  }

  /**
   * The longest match of what begins at a place, if one is longer than `best`: its distance times 512, and its length.
   */
  longest(at: number, best: number): number {
    if (at > this.#last) return 0;
    const input = this.#input;
    const view = this.#view;
    const before = this.#before;
    const start = this.#start;
    const most = Math.min(input.length - at, LONGEST);
    const first = view.getUint32(at, true);
    const place = start + at;
    let candidate = this.#put(first, place);
    if (best >= most) return 0;
    const lowest = Math.max(start, place - WINDOW + 1);
    let longest = Math.max(best, SHORTEST - 1);
    // What the end of a longer match has to be: most candidates differ there.
    let end = view.getUint32(at + longest + 1 - SHORTEST, true);
    let found = 0;
    for (let tries = TRIES; candidate >= lowest && tries > 0; tries--) {
      const earlier = candidate - start;
      if (view.getUint32(earlier + longest + 1 - SHORTEST, true) === end && view.getUint32(earlier, true) === first) {
        let same = SHORTEST;
        while (same <= most - 4 && view.getUint32(earlier + same, true) === view.getUint32(at + same, true)) same += 4;
        while (same < most && input[earlier + same] === input[at + same]) same++;
        if (same > longest) {
          longest = same;
          found = ((place - candidate) << 9) | same;
          if (same === most) break;
          end = view.getUint32(at + longest + 1 - SHORTEST, true);
        }
      }
      candidate = before[candidate & (WINDOW - 1)] as number;
    }
    return found;
  }

  /** Notes the places from one to another, which are part of a match. */
  pass(from: number, to: number): void {
    const end = Math.min(to, this.#last + 1);
    for (let at = from; at < end; at++) this.#put(this.#view.getUint32(at, true), this.#start + at);
  }

  /** Notes a place by its four bytes; returns the last place noted with their hash. */
  #put(bytes: number, place: number): number {
    const hash = Math.imul(bytes, 0x9e3779b1) >>> (32 - HASH_BITS);
    const last = this.#heads[hash] as number;
    this.#heads[hash] = place;
    this.#before[place & (WINDOW - 1)] = last;
    return last;
  }
}
