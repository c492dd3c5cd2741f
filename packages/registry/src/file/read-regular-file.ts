import { open } from "node:fs/promises";
import { READ_FLAGS } from "./open-flags.ts";

/** No file that people write by hand is larger. */
export const LARGEST_RULES = 1024 * 1024;
/** Locks of large workspaces have some MiB. */
export const LARGEST_LOCK = 64 * 1024 * 1024;
/** Files of certificates and of logins, of which the largest have some hundred KiB. */
export const LARGEST_SETTINGS = 16 * 1024 * 1024;

/** Why an existing file is not read. `message` completes a sentence whose subject is the file. */
export class FileRefused extends Error {
  readonly code: "not_a_file" | "too_large";

  constructor(code: FileRefused["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The bytes of a regular file of at most `limit` bytes; links are followed.
 *
 * @throws FileRefused for a folder, pipe, socket or device and for a larger file; else what the system says.
 */
export async function readRegularFile(path: string, limit: number): Promise<Buffer> {
  const handle = await open(path, READ_FLAGS).catch((error: NodeJS.ErrnoException) => {
    // The error of opening a socket.
    throw error.code === "ENXIO" ? notAFile() : error;
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notAFile();
    const tooLarge = new FileRefused("too_large", `has more than ${limit} bytes`);
    if (stats.size > limit) throw tooLarge;
    // One byte more than there may be, so that a file that grows meanwhile is noticed.
    const bytes = Buffer.allocUnsafe(Math.max(stats.size, 4096) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
      if (length === bytes.length) throw new FileRefused("too_large", "grows while it is read");
    }
  } finally {
    await handle.close();
  }
}

/** The refusal of a folder, pipe, socket or device. */
export function notAFile(): FileRefused {
  return new FileRefused("not_a_file", "is not a regular file");
}
