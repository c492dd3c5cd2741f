import { createHash } from "node:crypto";

/** Passes a content on and throws `mismatch()` at its end when it does not have that hash. */
export async function* hashedContent(
  content: AsyncIterable<Uint8Array>,
  expected: { algorithm: string; digest: string; encoding: "hex" | "base64url" },
  mismatch: () => Error,
): AsyncGenerator<Uint8Array> {
  const hash = createHash(expected.algorithm);
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest(expected.encoding) !== expected.digest) throw mismatch();
}
