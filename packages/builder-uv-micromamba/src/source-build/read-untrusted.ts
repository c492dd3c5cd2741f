import { open } from "node:fs/promises";
import { READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";

/** Bytes of a file that is read whole. */
const LARGEST = 8 * 1024 * 1024;

/**
 * The text of a file that a build could write, which is followed nowhere: a link could lead to a file of this machine.
 * Undefined where there is none. Throws an Error for anything else than a file of a common size.
 */
export async function readUntrusted(path: string): Promise<string | undefined> {
  const file = await open(path, READ_FLAGS_WITHOUT_LINKS).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > LARGEST) throw new Error(`${path} is not a file of at most ${LARGEST} bytes`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
