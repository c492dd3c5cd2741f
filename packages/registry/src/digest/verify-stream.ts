import { ImageSpecError } from "../errors/image-spec-error.ts";
import { checkedDigest, hashFor } from "./digest.ts";

const HINT = "Run it again; if it persists, the registry or something on the way to it changes content.";

/**
 * Passes bytes on and checks digest and size on the way. The last piece is held back until all of them were checked,
 * so whoever forwards the stream never completes a wrong one. `hint` says what to do where the content is wrong.
 *
 * @throws ImageSpecError E_DIGEST_MISMATCH.
 */
export async function* verifyStream(
  content: AsyncIterable<Uint8Array>,
  expected: { digest: string; size: number },
  subject: string,
  hint = HINT,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = checkedDigest(expected.digest, subject);
  const hash = hashFor(digest);
  const wrong = (what: string) =>
    new ImageSpecError("E_DIGEST_MISMATCH", `${subject}: ${what}`, {
      hint,
      details: { digest, size: expected.size },
    });
  let received = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of content) {
    received += chunk.length;
    if (received > expected.size) throw wrong(`more than the ${expected.size} bytes of ${digest} came`);
    hash.update(chunk);
    if (received < expected.size) yield chunk;
    else if (chunk.length > 0) held = chunk;
  }
  if (received !== expected.size) throw wrong(`${received} of the ${expected.size} bytes of ${digest} came`);
  const actual = hash.digest("hex");
  if (!digest.endsWith(`:${actual}`)) throw wrong(`content has digest ${actual}, not ${digest}`);
  if (held !== undefined) yield held;
}
