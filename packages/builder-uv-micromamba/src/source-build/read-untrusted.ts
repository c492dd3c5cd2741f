import { open } from "node:fs/promises";
import { READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";

/** The most bytes that such a file may have. */
const LARGEST = 8 * 1024 * 1024;

/**
 * The text of a file that a build could have written; undefined where there is none. Links are not followed, since they
 * could lead to any file of this machine.
 *
 * @throws Error for anything but a file of at most 8 MiB.
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
