import { readFile, stat } from "node:fs/promises";

const MOST_BYTES = 1024 * 1024;

/** The text of a package.json or the like. Rejects for what is not a regular file or is larger than 1 MiB. */
export async function readManifest(path: string): Promise<string> {
  // Not by a handle: the ones of Yarn's zip archives cannot be read as a whole.
  const stats = await stat(path);
  // Opening a pipe would block, and no signal could end that.
  if (!stats.isFile()) throw new Error("it is not a regular file");
  const { size } = stats;
  if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, more than ${MOST_BYTES}`);
  return readFile(path, "utf8");
}
