import { ImageSpecError } from "@imagespec/core/builder";
import { hashedContent } from "../layer/hashed-content.ts";
import type { RecordRow } from "./record.ts";
import type { ZipMember } from "./zip-archive.ts";

/** Hashes a RECORD may state: sha256 or better (PyPA recording installed projects). */
const ALGORITHMS = ["sha256", "sha384", "sha512"];

/**
 * A member's content, checked at its end against what the wheel's RECORD states of it. Throws E_RESOLVE naming wheel and
 * file: at once for a size that differs and for a hash that cannot be checked.
 */
export function recordedContent(
  member: ZipMember,
  row: RecordRow | undefined,
  subject: string,
): () => AsyncIterable<Uint8Array> {
  const wrong = (what: string) => new ImageSpecError("E_RESOLVE", `${subject}: ${member.path} ${what}`);
  const { hash: stated = "", size = "" } = row ?? {};
  if (size !== "" && size !== String(member.size)) throw wrong(`has ${member.size} bytes, and RECORD says ${size}`);
  if (stated === "") return () => member.stream();
  const [, algorithm = "", expected = ""] = /^([a-z0-9_]+)=([A-Za-z0-9_-]+)=*$/.exec(stated) ?? [];
  if (!ALGORITHMS.includes(algorithm)) throw wrong(`has a hash in RECORD that cannot be checked: ${stated}`);
  const hash = { algorithm, digest: expected, encoding: "base64url" } as const;
  return () => hashedContent(member.stream(), hash, () => wrong(`does not have the ${algorithm} that RECORD says`));
}
