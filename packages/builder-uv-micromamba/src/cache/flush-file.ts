import { fsync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

/** Has the disk hold what was written. Not by the handle's `sync`: those that Yarn PnP puts in place of node's lack it. */
export function flushFile(file: FileHandle): Promise<void> {
  return promisify(fsync)(file.fd);
}
