import { createHash } from "node:crypto";
import { RegistryFault } from "./registry-fault.ts";

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** True for a sha256 or sha512 digest in the form of the OCI image-spec; nothing else ever becomes a path. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The digest as it is; DIGEST_INVALID (400) when it is malformed. */
export function checkedDigest(text: string | null | undefined): string {
  if (!text || !isDigest(text))
    throw new RegistryFault(400, "DIGEST_INVALID", `${JSON.stringify(text)} is not a digest`);
  return text;
}

export type DigestAlgorithm = "sha256" | "sha512";

export function algorithmOf(digest: string): DigestAlgorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** `sha256:<hex>` of the bytes. */
export function digestOfBytes(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
