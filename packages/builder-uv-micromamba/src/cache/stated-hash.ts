import { ImageSpecError } from "@imagespec/core/builder";

/** Hex digits of the hashes that can be checked, by algorithm. */
const DIGITS = new Map([
  ["md5", 32],
  ["sha1", 40],
  ["sha224", 56],
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/**
 * A hash stated for `subject`, as `algorithm:hex` in lower case. One that cannot be checked is an error, like one that
 * does not match: no file may pass as checked without being checked.
 *
 * @throws ImageSpecError E_RESOLVE.
 */
export function statedHash(algorithm: string, hex: string, subject: string): string {
  const [name, value] = [algorithm.toLowerCase(), hex.toLowerCase()];
  const digits = DIGITS.get(name);
  if (digits === undefined)
    throw new ImageSpecError("E_RESOLVE", `${subject} has a ${algorithm} hash, which cannot be checked`, {
      hint: `Give a hash with one of ${[...DIGITS.keys()].join(", ")}.`,
    });
  if (value.length !== digits || !/^[0-9a-f]+$/.test(value))
    throw new ImageSpecError("E_RESOLVE", `${subject} has a malformed ${name} hash: ${hex}`, {
      hint: `Give its ${digits} hexadecimal digits.`,
    });
  return `${name}:${value}`;
}

/** A hash in one text, `sha256:...`; see {@link statedHash}. */
export function statedHashText(text: string, subject: string): string {
  const colon = text.indexOf(":");
  return statedHash(text.slice(0, Math.max(colon, 0)), text.slice(colon + 1), subject);
}

/**
 * All hashes that are stated of a file, each in one text as for {@link statedHashText}. Kinds that cannot be checked
 * are left out beside one that can.
 *
 * @throws ImageSpecError E_RESOLVE for a malformed one, E_UNSUPPORTED where none can be checked here.
 */
export function statedHashes(texts: readonly string[], subject: string): string[] {
  const kinds = texts.map((text) => text.replace(/:.*/, "").toLowerCase());
  const known = texts.filter((_, at) => DIGITS.has(kinds[at] as string));
  if (texts.length > 0 && known.length === 0)
    throw new ImageSpecError("E_UNSUPPORTED", `${subject} has no hash that can be checked here, only ${kinds}`, {
      hint: "Build with docker-buildx or kaniko, or use an index that states a sha256.",
    });
  return [...new Set(known.map((text) => statedHashText(text, subject)))];
}

/** The hash in the fragment of an address, as `algorithm:hex`. */
export function addressHash(address: string): string | undefined {
  const [, algorithm, hex] = /#(?:\S*&)?(md5|sha\d+|blake2\w+)=([^&\s]*)/i.exec(address) ?? [];
  return algorithm === undefined ? undefined : `${algorithm}:${hex}`;
}
