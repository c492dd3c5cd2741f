import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../process/replace-file.ts";

/** What an image of a name was made of when it was last built here. */
export interface LastIdentity {
  tag: string;
  /** The identity document: RFC 8785 JSON. */
  document: string;
}

/**
 * Keeps what the image was made of, for the next `explain`. The file is replaced atomically and readable by its owner
 * alone.
 *
 * @throws the file system's error.
 */
export async function keepLastIdentity(cacheDir: string, imageName: string, identity: LastIdentity): Promise<void> {
  const kept = { imageName, tag: identity.tag, document: identity.document };
  await replaceFile(fileOf(cacheDir, imageName), JSON.stringify(kept), 0o600, 0o700);
}

/** What the last image of that name was made of; undefined when none was built here, or what was kept is broken. */
export async function readLastIdentity(cacheDir: string, imageName: string): Promise<LastIdentity | undefined> {
  try {
    const kept = JSON.parse(await readFile(fileOf(cacheDir, imageName), "utf8")) as LastIdentity;
    JSON.parse(kept.document);
    return typeof kept.tag === "string" ? { tag: kept.tag, document: kept.document } : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(cacheDir: string, imageName: string): string {
  return join(cacheDir, "identities", `${createHash("sha256").update(imageName).digest("hex")}.json`);
}
