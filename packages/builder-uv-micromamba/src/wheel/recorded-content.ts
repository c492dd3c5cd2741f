import { ImageSpecError } from "@imagespec/core/builder";
import type { DeflatedContent } from "../layer/tar-entry.ts";
import type { RecordRow } from "./record.ts";
import type { StatedHash, ZipMember } from "./zip-member.ts";

/** Hashes a RECORD may state: sha256 or better (PyPA recording installed projects). */
const ALGORITHMS = ["sha256", "sha384", "sha512"];

/** A content that can be read as it is, or together with the deflate stream that holds it. */
export interface RecordedContent {
  content: () => AsyncIterable<Uint8Array>;
  deflated: DeflatedContent | undefined;
}

/**
 * A member's content. Once it is read to its end, it is checked against what the wheel's RECORD states about it.
 *
 * @throws ImageSpecError E_RESOLVE naming wheel and file: at once for a size that differs and for a hash that cannot be
 * checked.
 */
export function recordedContent(member: ZipMember, row: RecordRow | undefined, subject: string): RecordedContent {
  const wrong = (what: string) => new ImageSpecError("E_RESOLVE", `${subject}: ${member.path} ${what}`);
  const { hash: stated = "", size = "" } = row ?? {};
  const { deflated } = member;
  if (size !== "" && !(/^\d+$/.test(size) && Number(size) === member.size))
    throw wrong(`has ${member.size} bytes, and RECORD says ${size}`);
  if (stated === "") return { content: () => member.stream(), deflated };
  const [, algorithm = "", digest = ""] = /^([a-z0-9_]+)=([A-Za-z0-9_-]+)=*$/.exec(stated) ?? [];
  if (!ALGORITHMS.includes(algorithm)) throw wrong(`has a hash in RECORD that cannot be checked: ${stated}`);
  const mismatch = () => wrong(`does not have the ${algorithm} that RECORD says`);
  const expected: StatedHash = { algorithm, digest, mismatch };
  return {
    content: () => member.stream(expected),
    deflated: deflated && { ...deflated, read: () => deflated.read(expected) },
  };
}
