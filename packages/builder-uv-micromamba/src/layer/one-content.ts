import { createHash } from "node:crypto";
import type { FileEntry } from "./tar-entry.ts";

type Content = Pick<FileEntry, "size" | "content">;

/**
 * Whether two files hold the same bytes. Their checksums do not tell: another content with the same CRC is made easily.
 */
export async function haveOneContent(one: Content, other: Content): Promise<boolean> {
  return one.size === other.size && (await hashOf(one)) === (await hashOf(other));
}

async function hashOf({ content }: Content): Promise<string> {
  const hash = createHash("sha256");
  if (content instanceof Uint8Array) hash.update(content);
  else for await (const chunk of content()) hash.update(chunk);
  return hash.digest("hex");
}
