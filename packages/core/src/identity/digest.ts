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
  return Array.from(canonicalPieces(value), (piece) =>
    typeof piece === "string" ? piece : Buffer.from(piece).toString("utf8"),
  ).join("");
}

/** Where an object keeps the texts of its values that were not asked for yet. */
const TEXTS = Symbol("texts");

interface WithTexts {
  [TEXTS]?: Map<PropertyKey, Iterable<Uint8Array>>;
}

/**
 * Gives an object a value that is made when it is first asked for. Until then `text` is taken for its canonical JSON,
 * each piece of which must be whole characters.
 */
export function defineLater<T extends object, Key extends keyof T>(
  object: T & WithTexts,
  key: Key,
  { text, make }: { text: Iterable<Uint8Array>; make(): T[Key] },
): void {
  const texts = new Map(object[TEXTS]).set(key, text);
  Object.defineProperty(object, TEXTS, { value: texts, configurable: true });
  Object.defineProperty(object, key, {
    get() {
      texts.delete(key);
      const value = make();
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      return value;
    },
    enumerable: true,
    configurable: true,
  });
}

/** The same text in pieces, for a reader that does not need the whole of it. */
export function* canonicalPieces(value: unknown): Generator<string | Uint8Array> {
  if (Array.isArray(value)) {
    yield "[";
    for (let at = 0; at < value.length; at += SLICE) {
      // A list may have holes, which `map` passes over.
      const slice = Array.from(value.slice(at, at + SLICE), (item) => canonicalJson(item ?? null));
      yield `${at === 0 ? "" : ","}${slice.join()}`;
    }
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    const object: Readonly<Record<string, unknown>> & WithTexts = value as Readonly<Record<string, unknown>>;
    const texts = object[TEXTS];
    let before = "{";
    for (const key of Object.keys(object).sort()) {
      const text = texts?.get(key);
      if (text === undefined && object[key] === undefined) continue;
      yield `${before}${JSON.stringify(key)}:`;
      yield* text ?? canonicalPieces(object[key]);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
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
export function shortDigest(text: string | Iterable<string | Uint8Array>): string {
  const hash = sha256();
  for (const piece of typeof text === "string" ? [text] : text) hash.update(piece);
  return base32(hash.digest()).slice(0, LENGTH);
}
