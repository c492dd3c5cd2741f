import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { ImageSpecError, READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";
import type { ShippedFile } from "./shipped-file.ts";

const CHUNK = 256 * 1024;

/**
 * The bytes of a file that was hashed, checked again while they stream: exactly `size` of them, and the same sha256.
 *
 * @throws ImageSpecError E_FILE_CHANGED otherwise, at the latest before the end; what was yielded until then must be
 * discarded.
 */
export async function* openShippedFile(file: Extract<ShippedFile, { type: "file" }>): AsyncGenerator<Uint8Array> {
  if (file.text !== undefined) {
    yield Buffer.from(file.text);
    return;
  }
  const handle = await open(file.source, READ_FLAGS_WITHOUT_LINKS).catch((cause: unknown) => {
    throw changed(file, "it cannot be opened any more", cause);
  });
  try {
    if (!(await handle.stat()).isFile()) throw changed(file, "it is not a regular file any more");
    const hash = createHash("sha256");
    let length = 0;
    for (;;) {
      // A fresh buffer each time: the reader may keep what it was given.
      const bytes = Buffer.allocUnsafe(Math.min(CHUNK, file.size - length + 1));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
      if (length > file.size) throw changed(file, "it has grown");
      const chunk = bytes.subarray(0, bytesRead);
      hash.update(chunk);
      if (length === file.size && hash.copy().digest("hex") !== file.sha256)
        throw changed(file, "its content is another");
      yield chunk;
    }
    if (length < file.size) throw changed(file, "it has shrunk");
    if (file.size === 0 && hash.digest("hex") !== file.sha256) throw changed(file, "its content is another");
  } finally {
    await handle.close();
  }
}

function changed(file: { source: string }, how: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_FILE_CHANGED", `'${file.source}' changed after it was hashed: ${how}`, {
    hint: "Build again when nothing writes to it.",
    cause,
  });
}
