import { fsync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

/** Flushes what was written to the disk. Not by the handle's `sync`, which the handles of Yarn PnP lack. */
export function flushFile(file: FileHandle): Promise<void> {
  return promisify(fsync)(file.fd);
}
