import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";

/** Hexadecimal digits of the hashes that every builder checks. */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** The rule for one stated hash, `ALGORITHM:HEX`: one that could not be checked would be as good as none. Pure. */
export function hashBreach(text: string): Problem | undefined {
  const colon = text.indexOf(":");
  const algorithm = text.slice(0, Math.max(colon, 0));
  const digest = text.slice(colon + 1);
  const digits = DIGITS.get(algorithm);
  const breach = (reason: string): Problem => ({
    code: "hash",
    message: `the hash '${redact(text)}' cannot be checked: ${reason}`,
    hint: "Write it as sha256:<64 hexadecimal digits>; sha384 and sha512 are accepted too.",
  });
  if (digits === undefined) return breach(algorithm === "" ? "it names no algorithm" : `'${algorithm}' is not taken`);
  if (!/^[0-9a-f]*$/i.test(digest)) return breach("it holds something else than hexadecimal digits");
  return digest.length === digits ? undefined : breach(`${algorithm} has ${digits} digits, not ${digest.length}`);
}
