const WORD = 8;
const WORD_BITS = 64n;
const RUN_BITS = 32n;

/**
 * The places of the set bits of the first EWAH bitmap in these bytes (gitformat-bitmap(5), appendix A): for the
 * extension `link` of an index the entries that are deleted. None where there are no bytes, undefined where they are no
 * bitmap.
 */
export function deletedEntries(bytes: Buffer): number[] | undefined {
  if (bytes.length === 0) return [];
  if (bytes.length < 8) return undefined;
  const bits = bytes.readUInt32BE(0);
  const end = 8 + bytes.readUInt32BE(4) * WORD;
  if (end > bytes.length) return undefined;
  const places: number[] = [];
  let place = 0;
  const add = (word: bigint) => {
    for (let bit = 0n; bit < WORD_BITS && place < bits; bit++, place++) if ((word >> bit) & 1n) places.push(place);
  };
  for (let at = 8; at < end; ) {
    // A run of equal words, then words as they are: one bit, how long the run is, how many words follow it.
    const marker = bytes.readBigUInt64BE(at);
    at += WORD;
    const run = Number((marker >> 1n) & ((1n << RUN_BITS) - 1n));
    if (marker & 1n) for (let left = run; left > 0 && place < bits; left--) add((1n << WORD_BITS) - 1n);
    else place += run * Number(WORD_BITS);
    for (let left = marker >> (RUN_BITS + 1n); left > 0n && at < end; left--, at += WORD)
      add(bytes.readBigUInt64BE(at));
  }
  return places;
}
