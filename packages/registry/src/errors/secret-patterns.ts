/** Characters of base64 that a pattern must have at least: shorter ones would match texts that do not hold the secret. */
const LEAST_SIGNS = 6;
/** Bytes of a secret that a pattern is made of: longer ones, such as keys in files, would be slow and may be refused. */
const LARGEST_PATTERN = 4096;
const SIGN = "[A-Za-z0-9+/_-]";

/** A part of a text, up to the character before `end`. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Where secrets stand in a text: as they are, escaped as in JSON, percent-encoded in any of the ways there are, and in
 * base64, also as a part of what was encoded (`user:password`). All are looked for in the same text, so that one within
 * another does not keep the rest of it from being found; spans that overlap are one. Pure.
 */
export function secretSpans(text: string, secrets: Iterable<string>): Span[] {
  const found = secretPatterns(secrets, text).flatMap((pattern) => [...spansOf(pattern, text)]);
  const merged: Span[] = [];
  for (const span of found.sort((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else merged.push(span);
  }
  return merged;
}

function* spansOf(pattern: string | RegExp, text: string): Generator<Span> {
  if (typeof pattern === "string") {
    const { length } = pattern;
    for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + length))
      yield { start: at, end: at + length };
  } else {
    for (const { 0: match, index } of text.matchAll(pattern)) yield { start: index, end: index + match.length };
  }
}

/** What to look for in a text. */
function secretPatterns(secrets: Iterable<string>, text: string): (string | RegExp)[] {
  // Most lines of a log have neither sign, and so hold no percent-encoding, whose pattern takes the longest to make.
  const mayBeEncoded = /[%+]/.test(text);
  const plain = new Set<string>();
  const encoded = new Set<string>();
  for (const secret of secrets) {
    if (secret.length > 0) plain.add(secret);
    const bytes = Buffer.from(secret);
    // The encoding of a short secret would match texts that do not contain it.
    if (bytes.length < 4) continue;
    plain.add(JSON.stringify(secret).slice(1, -1));
    plain.add(bytes.toString("base64").replace(/=+$/, ""));
    if (bytes.length > LARGEST_PATTERN) {
      plain.add(encodeURIComponent(secret.toWellFormed()));
      continue;
    }
    if (mayBeEncoded) encoded.add(percentEncoded(secret));
    for (const before of [0, 1, 2]) {
      const pattern = withinBase64(bytes, before);
      if (pattern !== undefined) encoded.add(pattern);
    }
  }
  return [...Array.from(encoded, (source) => new RegExp(source, "g")), ...plain];
}

/**
 * Each character as it is or as its bytes in hex of either case, since encoders differ in what they leave
 * (encodeURI, RFC 3986, forms, in which `+` is a blank).
 */
function percentEncoded(secret: string): string {
  return Array.from(secret, (character) => {
    const hex = Array.from(Buffer.from(character), (byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`);
    return `(?:${hex.join("")}|${literal(character)}${character === " " ? "|\\+" : ""})`;
  }).join("");
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * The signs of base64 that the bytes decide alone where `before` others stand before them in their group of three, with
 * the sign on each side that they share with their neighbours; undefined where that is too short.
 */
function withinBase64(bytes: Buffer, before: number): string | undefined {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  if (own.length < LEAST_SIGNS) return undefined;
  const shared = before === 0 ? "" : `${SIGN}?`;
  return `${shared}${own.replace(/[+/]/g, (sign) => (sign === "+" ? "[+-]" : "[/_]"))}${SIGN}?`;
}
