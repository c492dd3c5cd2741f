import { createHash, type Hash } from "node:crypto";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { isDigest } from "../reference/reference-grammar.ts";

/** `sha256:<hex>` of bytes or of a text's UTF-8. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/**
 * Returns the digest when it is well formed. `subject` says whose it is.
 *
 * @throws ImageSpecError E_DIGEST_MISMATCH when it is not.
 */
export function checkedDigest(digest: unknown, subject: string): string {
  if (typeof digest === "string" && isDigest(digest)) return digest;
  const shown = JSON.stringify(digest)?.slice(0, 100);
  throw new ImageSpecError("E_DIGEST_MISMATCH", `${subject} has the malformed digest ${shown}`, {
    hint: "Use another image, or report this one: a digest is sha256: and 64 lower-case hex digits.",
  });
}

/** A hash of the algorithm that `digest` names; the digest was checked before. */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(":")));
}

/** True when `bytes` have that digest. */
export function matchesDigest(bytes: Uint8Array, digest: string): boolean {
  return hashFor(digest).update(bytes).digest("hex") === digest.slice(digest.indexOf(":") + 1);
}
