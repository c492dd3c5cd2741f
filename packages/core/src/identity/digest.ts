import { createHash } from "node:crypto";
import canonicalizeModule from "canonicalize";

// The package's types speak of an ES module, and it is a CommonJS one whose export is the function itself.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** 26 letters of base32 carry 130 of sha256's 256 bits: no two contents will ever meet. */
const LENGTH = 26;

/** RFC 8785 JSON: one written form for equal data, whatever the order of keys. */
export function canonicalJson(value: object): string {
  return canonicalize(value) as string;
}

/** First 26 characters of the lower-case base32 (RFC 4648) of a text's sha256. Legal in a tag anywhere. */
export function shortDigest(text: string): string {
  const bytes = createHash("sha256").update(text, "utf8").digest();
  let bits = 0;
  let count = 0;
  let result = "";
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    while (count >= 5) {
      result += ALPHABET[(bits >> (count - 5)) & 31];
      count -= 5;
    }
    bits &= (1 << count) - 1;
  }
  return result.slice(0, LENGTH);
}
