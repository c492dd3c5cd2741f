/** How far back a match may lie (RFC 1951 3.2.5). */
const WINDOW = 32 * 1024;
const LONGEST = 258;
/** Matches of three bytes are left out: they seldom pay. */
const SHORTEST = 4;
/** Earlier places that are tried for a match. Half as many make layers of many small files one percent larger. */
const TRIES = 16;
/** A match of this length is taken without looking for a longer one. */
const LONG_ENOUGH = 64;
/** A match that is farther than another has to be longer by a byte for so many bits that its distance takes more. */
const BITS_A_BYTE = 4;
const HASH_BITS = 16;
/** After each 2^7 bytes without a match one more place is left out between two that are tried. */
const PATIENCE = 7;
/**
 * Bytes that are searched in one call. V8 compiles for good what is called often; what is called once and loops long it
 * compiles for each of its parts that it comes to.
 */
const STRETCH = 2048;

/** What an input is put together of: literals, and then a match, and so on; in the end literals and no match. */
export class Sequences {
  count = 0;
  /** For each, how many bytes are literals. */
  #literals = new Uint32Array();
  #matches = new Uint32Array();

  begin(most: number): void {
    if (this.#literals.length < most) {
      this.#literals = new Uint32Array(most);
      this.#matches = new Uint32Array(most);
    }
    this.count = 0;
  }

  add(literals: number, distance: number, length: number): void {
    this.#literals[this.count] = literals;
    this.#matches[this.count++] = (distance << 9) | length;
  }

  literals(sequence: number): number {
    return this.#literals[sequence] as number;
  }

  /** The match's distance times 512, and its length; 0 in the end. */
  match(sequence: number): number {
    return this.#matches[sequence] as number;
  }
}

/**
 * Finds what an input repeats of its last 32 KiB. A match is taken wherever there is one: looking whether the next byte
 * begins a longer one takes more time than what it spares is worth.
 */
export class Matches {
  // Kept from input to input, since clearing them takes longer than a small one. Places count on, so that what an
  // earlier input has left lies before every place of the next.
  readonly #heads = new Int32Array(1 << HASH_BITS);
  readonly #before = new Int32Array(WINDOW);
  readonly #found = new Sequences();
  #placed = 1;
  #input = new Uint8Array();
  #view = new DataView(this.#input.buffer);
  #start = 0;
  /** Where the last match has ended. */
  #written = 0;

  /** The sequences of an input, until the next one is searched. */
  find(input: Uint8Array<ArrayBuffer>): Sequences {
    if (this.#placed > 2 ** 30 - input.length) {
      this.#heads.fill(0);
      this.#placed = 1;
    }
    this.#input = input;
    this.#view = new DataView(input.buffer, input.byteOffset, input.length);
    this.#start = this.#placed;
    this.#placed += input.length;
    this.#written = 0;
    this.#found.begin((input.length >> 2) + 1);
    const end = input.length - SHORTEST + 1;
    for (let at = 0; at < end; ) at = this.#search(at, Math.min(at + STRETCH, end));
    this.#found.add(input.length - this.#written, 0, 0);
    return this.#found;
  }

  /** Searches from one place to another, or beyond by the end of a match; returns where it has come to. */
  #search(from: number, to: number): number {
    const input = this.#input;
    const view = this.#view;
    const before = this.#before;
    const start = this.#start;
    let at = from;
    while (at < to) {
      const first = view.getInt32(at, true);
      const place = start + at;
      let candidate = this.#put(first, place);
      const lowest = Math.max(start, place - WINDOW + 1);
      let longest = SHORTEST - 1;
      let distance = 0;
      for (let tries = TRIES; candidate >= lowest && tries > 0; tries--) {
        const earlier = candidate - start;
        if (view.getInt32(earlier, true) === first && input[earlier + longest] === input[at + longest]) {
          const same = this.#same(earlier, at);
          const bits = Math.clz32(distance) - Math.clz32(at - earlier);
          if (distance === 0 || BITS_A_BYTE * (same - longest) > bits) {
            longest = same;
            distance = at - earlier;
            if (same >= LONG_ENOUGH || at + same === input.length) break;
          }
        }
        candidate = before[candidate & (WINDOW - 1)] as number;
      }
      if (distance === 0) {
        at += 1 + ((at - this.#written) >> PATIENCE);
        continue;
      }
      this.#found.add(at - this.#written, distance, longest);
      this.#pass(at + 1, at + longest);
      at += longest;
      this.#written = at;
    }
    return at;
  }

  /** How many bytes from two places on are the same, of which four are known to be. */
  #same(earlier: number, at: number): number {
    const input = this.#input;
    const view = this.#view;
    const most = Math.min(input.length - at, LONGEST);
    let same = SHORTEST;
    while (same <= most - 4 && view.getInt32(earlier + same, true) === view.getInt32(at + same, true)) same += 4;
    while (same < most && input[earlier + same] === input[at + same]) same++;
    return same;
  }

  /** Notes the places from one to another, which are part of a match. */
  #pass(from: number, to: number): void {
    const view = this.#view;
    const end = Math.min(to, this.#input.length - SHORTEST + 1);
    for (let at = from; at < end; at++) this.#put(view.getInt32(at, true), this.#start + at);
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
