import { createHash } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** 26 letters of base32 carry 130 of sha256's 256 bits, which makes a collision practically impossible. */
const LENGTH = 26;

/**
 * JSON in the canonical form of RFC 8785: equal data gives the same text, whatever the order of keys; undefined values
 * are left out. JavaScript already writes strings and numbers as the RFC asks, and compares strings by UTF-16 code units,
 * which is the RFC's order of keys.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join()}}`;
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
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** The first 26 characters of the base32 of a text's sha256: lower-case letters and digits, legal in any tag or name. */
export function shortDigest(text: string): string {
  return base32(createHash("sha256").update(text, "utf8").digest()).slice(0, LENGTH);
}
