import { dumpedSpans } from "./dumped-bytes.ts";
import type { Span } from "./span.ts";

/**
 * Characters of base64 that a pattern must have at least: shorter ones would match texts that do not hold the secret.
 */
const LEAST_SIGNS = 6;
/**
 * Bytes of a secret that a pattern is made of: longer ones, such as keys in files, would be slow and may be refused.
 */
const LARGEST_PATTERN = 1024;
/** Characters of a form that is looked for in halves. */
const LARGEST_BROKEN = 8192;
/** Characters of a form that are hidden wherever they begin, end or are a line, however long the form is. */
const LEAST_PART = 24;
/** Characters of a line that is hidden when it is nothing but a part of a form, a quarter of it at least. */
const LEAST_LINE = 8;
const SIGN = /[A-Za-z0-9+/]/;

/** Characters that a byte of a secret may take in its longest form, such as `&amp;quot;` or `%252561`. */
const LONGEST_FORM = 10;

/**
 * Where secrets stand in a text: as they are, escaped as in JSON, HTML, addresses, shells and programs, in hex, and in
 * base64, also as a part of what was encoded (`user:password`). All are looked for in the same text, so that one within
 * another does not keep the rest of it from being found; spans that overlap are one. Where a secret was broken into
 * lines, what is half of it or long is hidden, and a quarter of it that is a line of its own; so are dumps of its bytes
 * ({@link dumpedSpans}). Of a secret above 1 KiB the escapes of HTML, shells and programs are not looked for, and one
 * of less than four bytes is only found as it is. Pure.
 */
export function secretSpans(text: string, secrets: Iterable<string>): Span[] {
  const merged: Span[] = [];
  for (const span of foundSpans(text, secrets).sort((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else merged.push(span);
  }
  return merged;
}

/**
 * Where to cut a text that goes on, at `at` or before, so that no secret is split; undefined as long as too little has
 * come to know. Pure.
 */
export function cutBesideSecrets(text: string, at: number, secrets: readonly string[]): number | undefined {
  if (text.length <= at) return undefined;
  const longest = Math.max(0, ...secrets.map((secret) => Buffer.byteLength(secret)));
  if (text.length <= at + longest * LONGEST_FORM) return undefined;
  const parted = secretSpans(text, secrets).find(({ start, end }) => start < at && at < end);
  return parted === undefined ? at : parted.start || parted.end;
}

function foundSpans(text: string, secrets: Iterable<string>): Span[] {
  const wanted = new Set(secrets);
  wanted.delete("");
  if (wanted.size === 0) return [];
  // Most lines of a log hold nothing like this, and a pattern takes longer to make than to look for.
  const mayBeEscaped = /%[\da-f]|&[#a-z]|\\/i.test(text);
  const mayBeDumped = /(?:[\da-f]{2}(?:,? |[:-])(?:0x)?|[\da-f]{2}0x){3}/i.test(text);
  const lower = lowerHex(text);
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  const found = dumpedSpans(text, wanted);
  for (const secret of wanted) {
    found.push(...plainSpans(text, secret), ...brokenSpans(text, secret));
    const bytes = Buffer.from(secret);
    // The encoding of a short secret would match texts that do not contain it.
    if (bytes.length < 4) continue;
    for (const signs of [0, 1, 2].map((before) => signsOfBase64(bytes, before)))
      found.push(...base64Spans(standard, signs), ...brokenSpans(standard, signs));
    // Alone, a secret of four bytes has a sixth sign, which padding decides.
    if (bytes.length === 4) found.push(...plainSpans(standard, bytes.toString("base64").slice(0, LEAST_SIGNS)));
    const hex = bytes.toString("hex");
    found.push(...plainSpans(lower, hex), ...brokenSpans(lower, hex));
    if (bytes.length <= LARGEST_PATTERN) {
      if (mayBeDumped) found.push(...patternSpans(text, separatedHex, hex));
      if (mayBeEscaped || (secret.includes(" ") && text.includes("+")))
        found.push(...patternSpans(text, escaped, secret));
    } else {
      found.push(...plainSpans(text, JSON.stringify(secret).slice(1, -1)));
      found.push(...plainSpans(lower, lowerHex(encodeURIComponent(secret.toWellFormed()))));
    }
  }
  return found;
}

function* plainSpans(text: string, form: string): Generator<Span> {
  const { length } = form;
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + length))
    yield { start: at, end: at + length };
}

/**
 * Where what `sourceOf` makes a pattern of stands: the whole of a long one is only made where its beginning is there.
 */
function* patternSpans(text: string, sourceOf: (form: string) => string, form: string): Generator<Span> {
  const beginning = Array.from(form).slice(0, LEAST_SIGNS).join("");
  if (!new RegExp(sourceOf(beginning)).test(text)) return;
  for (const { 0: match, index } of text.matchAll(new RegExp(sourceOf(form), "g")))
    yield { start: index, end: index + match.length };
}

/** Signs of base64, with the one on each side that they share with their neighbours. */
function* base64Spans(text: string, signs: string): Generator<Span> {
  if (signs.length < LEAST_SIGNS) return;
  for (const { start, end } of plainSpans(text, signs))
    yield {
      start: start - (SIGN.test(text[start - 1] ?? "") ? 1 : 0),
      end: end + (SIGN.test(text[end] ?? "") ? 1 : 0),
    };
}

/**
 * The start of a form at the end of a line, and its end at the start of a line, apart from blanks, where that is half
 * of it or long; and lines that are nothing but a part of it, where that is a quarter of it or long.
 */
function* brokenSpans(text: string, form: string): Generator<Span> {
  const least = Math.min(LEAST_PART, Math.max(LEAST_SIGNS, Math.ceil(form.length / 2)));
  const leastLine = Math.min(LEAST_PART, Math.max(LEAST_LINE, Math.ceil(form.length / 4)));
  if (form.length < least || form.length > LARGEST_BROKEN) return;
  const [head, tail] = [form.slice(0, least), form.slice(-least)];
  for (const { 0: line, index } of text.matchAll(/\S(?:[^\r\n]*\S)?/g)) {
    if (line.length >= leastLine && form.includes(line)) yield { start: index, end: index + line.length };
    const ending = line.slice(-form.length);
    for (const { start } of plainSpans(ending, head)) {
      if (!form.startsWith(ending.slice(start))) continue;
      yield { start: index + line.length - ending.length + start, end: index + line.length };
    }
    for (const { end } of plainSpans(line.slice(0, form.length), tail))
      if (form.endsWith(line.slice(0, end))) yield { start: index, end: index + end };
  }
}

/** Bytes in hex of either case, also with what dumps and programs put between them (`61:62`, `0x61, 0x62`). */
function separatedHex(hex: string): string {
  return Array.from(hex.match(/../g) ?? [], anyCase).join("(?:,? |[:-])?(?:0x)?");
}

/**
 * Each character as it is or in one of its escapes: backslashes before it (shells, JSON in JSON), its code (`\u00e9`,
 * `\xc3\xa9`, `\303\251`, `&#233;`), its name (`&quot;`, `\n`), or its bytes behind percent signs, since encoders
 * differ in what they leave (encodeURI, RFC 3986, forms, in which `+` is a blank). Backslashes of the secret itself
 * count with those before the next character, so that a text is read in one way only.
 */
function escaped(secret: string): string {
  return Array.from(secret.matchAll(/(\\*)([^\\]|$)/gsu), ([, { length } = "", character = ""]) => {
    const before = `\\\\{${length},${4 * length + 3}}`;
    const encoded = "%(?:25){0,2}5[cC]|&#0{0,6}92;|&#[xX]0{0,6}5[cC];|\\\\{1,2}(?:134|(?:x|u00)5[cC])";
    const encodedBefore = length === 0 ? before : `(?:(?:${encoded}){${length}}\\\\{0,3}|${before})`;
    return character === "" ? encodedBefore : `${encodedBefore}(?:${formsOf(character).join("|")})`;
  }).join("");
}

const NAMES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
const LETTERS: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t" };

function formsOf(character: string): string[] {
  const bytes = Array.from(Buffer.from(character));
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const code = character.codePointAt(0) ?? 0;
  const hexOf = (number: number, digits: number) => anyCase(number.toString(16).padStart(digits, "0"));
  const behindBackslash = [
    units.map((unit) => `u${hexOf(unit, 4)}`),
    bytes.map((byte) => `x${hexOf(byte, 2)}`),
    bytes.map((byte) => byte.toString(8).padStart(3, "0")),
    ...(code > 0x7f && code < 0x100 ? [[`x${hexOf(code, 2)}`]] : []),
    ...(LETTERS[character] === undefined ? [] : [[LETTERS[character]]]),
  ].map((parts) => parts.join("\\\\{1,2}"));
  return [
    literal(character),
    `(?<=\\\\)(?:${behindBackslash.join("|")})`,
    bytes.map((byte) => `%(?:25){0,2}${hexOf(byte, 2)}`).join(""),
    `&(?:amp;)?(?:#0{0,6}${code}|#[xX]0{0,6}${hexOf(code, 1)}${NAMES[character] === undefined ? "" : `|${NAMES[character]}`});`,
    ...(character === " " ? ["\\+"] : []),
  ];
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}

function lowerHex(text: string): string {
  return text.replace(/[A-F]/g, (digit) => digit.toLowerCase());
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** The signs of base64 that the bytes decide alone where `before` others stand before them in their group of three. */
function signsOfBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
