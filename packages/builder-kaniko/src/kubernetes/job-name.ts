import { createHash } from "node:crypto";
import { base32 } from "@imagespec/core/builder";

/**
 * The name of the Job that builds one platform of an image: the same for the same reference, so that a client that
 * was lost finds its Job again, and two clients cannot start two.
 */
export function jobName(reference: string, platform: string): string {
  const digest = createHash("sha256").update(`${reference}\n${platform}`).digest();
  // 26 characters of 5 bits: with the prefix far below the 63 that labels allow.
  return `imagespec-${base32(digest).slice(0, 26)}`;
}
