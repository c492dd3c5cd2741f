/** The code of an alphabet: for each symbol its bits, in the order a stream has them, and how many they are; 0 for none. */
export interface HuffmanCode {
  bits: Uint16Array;
  lengths: Uint8Array;
}

/** The shortest code for symbols of these frequencies, of at least two, as some readers ask for; near to it where `limit` cuts. */
export function huffmanCode(frequencies: Uint32Array, limit: number): HuffmanCode {
  const used: number[] = [];
  for (let symbol = 0; symbol < frequencies.length; symbol++) if (frequencies[symbol] !== 0) used.push(symbol);
  for (let symbol = 0; used.length < 2; symbol++) if (frequencies[symbol] === 0) used.push(symbol);
  // The rarest first, of equals the first.
  const leaves = Uint32Array.from(used, (symbol) => (frequencies[symbol] as number) * 512 + symbol).sort();
  const perLength = limited(depths(leaves.map((leaf) => leaf >>> 9)), limit);
  const lengths = new Uint8Array(frequencies.length);
  for (let length = limit, leaf = 0; length > 0; length--)
    for (let left = perLength[length] as number; left > 0; left--) lengths[(leaves[leaf++] as number) & 511] = length;
  return canonicalCode(lengths);
}

/** The code that follows from the lengths alone (RFC 1951 3.2.2). */
export function canonicalCode(lengths: Uint8Array): HuffmanCode {
  const next = new Uint16Array(17);
  for (const length of lengths) if (length > 0) (next[length + 1] as number) += 1;
  for (let length = 2; length < 17; length++)
    next[length] = ((next[length] as number) + (next[length - 1] as number)) << 1;
  const bits = new Uint16Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    let code = next[length] as number;
    next[length] = code + 1;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    bits[symbol] = reversed;
  }
  return { bits, lengths };
}

/** How deep each leaf lies in Huffman's tree, from weights that rise. */
function depths(leaves: Uint32Array): Uint32Array {
  const { length } = leaves;
  const weights = new Uint32Array(2 * length - 1);
  weights.set(leaves);
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
  return weights.subarray(0, length);
}

/** How many symbols have a code of each length, none above the limit. */
function limited(depths: Uint32Array, limit: number): Uint32Array {
  const perLength = new Uint32Array(limit + 1);
  let space = 0;
  for (const depth of depths) {
    const length = Math.min(depth, limit);
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
