const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** 26 letters of base32 carry 130 of sha256's 256 bits, which makes a collision practically impossible. */
const LENGTH = 26;

/** Items of an array whose texts are put together at a time. */
const SLICE = 1024;

/** node:crypto is loaded at the first hash: it is a fifth of what importing this package would cost. */
const sha256 = () => process.getBuiltinModule("node:crypto").createHash("sha256");

/**
 * JSON in the canonical form of RFC 8785: equal data gives the same text, whatever the order of keys; undefined values
 * are left out. JavaScript already writes strings and numbers as the RFC asks, and compares strings by UTF-16 code
 * units, which is the RFC's order of keys.
 */
export function canonicalJson(value: unknown): string {
  // Lists of texts are the most frequent by far, one for each file.
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return [...canonicalPieces(value)].join("");
}

/** The same text in pieces, for a reader that does not need the whole of it. */
export function* canonicalPieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    yield "[";
    for (let at = 0; at < value.length; at += SLICE) {
      // A list may have holes, which `map` passes over.
      const slice = Array.from(value.slice(at, at + SLICE), (item) => canonicalJson(item ?? null));
      yield `${at === 0 ? "" : ","}${slice.join()}`;
    }
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([one], [other]) => (one < other ? -1 : 1));
    for (const [at, [key, item]] of entries.entries()) {
      yield `${at === 0 ? "{" : ","}${JSON.stringify(key)}:`;
      yield* canonicalPieces(item);
    }
    yield entries.length === 0 ? "{}" : "}";
  } else yield JSON.stringify(value);
}

/** Base32 (RFC 4648) in lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let count = 0;
  let text = "";
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    for (; count >= 5; count -= 5) text += ALPHABET[(bits >> (count - 5)) & 31];
    bits &= (1 << count) - 1;
  }
  return count === 0 ? text : text + ALPHABET[(bits << (5 - count)) & 31];
}

/** The sha256 of a text, in hex. */
export function hexDigest(text: string): string {
  return sha256().update(text, "utf8").digest("hex");
}

/**
 * The first 26 characters of the base32 of a text's sha256: lower-case letters and digits, legal in any tag or name.
 */
export function shortDigest(text: string | Iterable<string>): string {
  const hash = sha256();
  for (const piece of typeof text === "string" ? [text] : text) hash.update(piece, "utf8");
  return base32(hash.digest()).slice(0, LENGTH);
}
