// Plain loops over numbers here, since most blocks are small: their codes are made before V8 has compiled anything, and
// what takes closures and iterators takes it long to compile.

/**
 * How many bits the symbols of the shortest code for these frequencies have, 0 where one does not occur; of at least
 * two, as some readers ask for, and near to the shortest where `limit` cuts.
 */
export function codeLengths(frequencies: Uint32Array, limit: number): Uint8Array<ArrayBuffer> {
  let used = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) if (frequencies[symbol] !== 0) used++;
  const leaves = new Uint32Array(Math.max(used, 2));
  let leaf = 0;
  for (let symbol = 0, missing = 2 - used; symbol < frequencies.length; symbol++) {
    const frequency = frequencies[symbol] as number;
    if (frequency !== 0 || missing-- > 0) leaves[leaf++] = frequency * 512 + symbol;
  }
  // The rarest first, of equals the first.
  leaves.sort();
  const perLength = limited(depths(leaves), leaves.length, limit);
  const lengths = new Uint8Array(frequencies.length);
  leaf = 0;
  for (let length = limit; length > 0; length--)
    for (let left = perLength[length] as number; left > 0; left--) lengths[(leaves[leaf++] as number) & 511] = length;
  return lengths;
}

/** The code that follows from the lengths alone (RFC 1951 3.2.2). */
export function canonicalCode(lengths: Uint8Array): Uint32Array<ArrayBuffer> {
  const next = new Uint16Array(17);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length !== 0) (next[length + 1] as number) += 1;
  }
  for (let length = 2; length < 17; length++)
    next[length] = ((next[length] as number) + (next[length - 1] as number)) << 1;
  const code = new Uint32Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    const bits = next[length] as number;
    next[length] = bits + 1;
    code[symbol] = ((reversed(bits) >>> (16 - length)) << 5) | length;
  }
  return code;
}

/** Sixteen bits from the last to the first. */
function reversed(bits: number): number {
  const pairs = ((bits & 0x5555) << 1) | ((bits >>> 1) & 0x5555);
  const fours = ((pairs & 0x3333) << 2) | ((pairs >>> 2) & 0x3333);
  const bytes = ((fours & 0x0f0f) << 4) | ((fours >>> 4) & 0x0f0f);
  return ((bytes & 0xff) << 8) | (bytes >>> 8);
}

/**
 * How deep each leaf lies in Huffman's tree, before the depths of all else; from leaves whose weights, above nine bits,
 * rise.
 */
function depths(leaves: Uint32Array): Uint32Array {
  const { length } = leaves;
  const weights = new Uint32Array(2 * length - 1);
  for (let leaf = 0; leaf < length; leaf++) weights[leaf] = (leaves[leaf] as number) >>> 9;
  const parents = new Uint32Array(2 * length - 1);
  let leaf = 0;
  let inner = length;
  for (let node = length; node < weights.length; node++) {
    for (let child = 0; child < 2; child++) {
      const takesLeaf = leaf < length && (inner === node || (weights[leaf] as number) <= (weights[inner] as number));
      const taken = takesLeaf ? leaf++ : inner++;
      (weights[node] as number) += weights[taken] as number;
      parents[taken] = node;
    }
  }
  // The tree is written: what held weights holds depths from here on.
  weights[weights.length - 1] = 0;
  for (let node = weights.length - 2; node >= 0; node--)
    weights[node] = (weights[parents[node] as number] as number) + 1;
  return weights;
}

/** How many of the first so many symbols have a code of each length, none above the limit. */
function limited(depths: Uint32Array, symbols: number, limit: number): Uint32Array {
  const perLength = new Uint32Array(limit + 1);
  let space = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = Math.min(depths[symbol] as number, limit);
    (perLength[length] as number) += 1;
    space += 1 << (limit - length);
  }
  // Each step puts one symbol of the longest codes beside one of a shorter code, which becomes longer by a bit.
  for (; space > 1 << limit; space--) {
    let length = limit - 1;
    while (perLength[length] === 0) length--;
    (perLength[limit] as number) -= 1;
    (perLength[length] as number) -= 1;
    (perLength[length + 1] as number) += 2;
  }
  return perLength;
}
