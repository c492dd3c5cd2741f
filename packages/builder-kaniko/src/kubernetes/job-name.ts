import { shortDigest } from "@imagespec/core/builder";

/**
 * The name of the Job that builds one platform of an image. It follows from the two, so that a client that lost its
 * connection finds its Job again, and two clients do not start one each.
 */
export function jobName(reference: string, platform: string): string {
  // With the prefix 36 characters, of the 63 that a label may have.
  return `imagespec-${shortDigest(`${reference}\n${platform}`)}`;
}
