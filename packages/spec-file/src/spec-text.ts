import { close, createReadStream, fstat, open } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { promisify } from "node:util";
import { ImageSpecError } from "@imagespec/core";
import { inputFault } from "./input-fault.ts";

/** Limit in bytes. No real spec is near it; a larger file is a mistake, or an attempt to fill the memory. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The text of a file, of at most 16 MiB. @throws ImageSpecError E_INPUT_FILE when it cannot be read, is not a file or is too large. */
export async function readFileText(file: string, signal: AbortSignal): Promise<string> {
  try {
    // By a descriptor, since Yarn PnP's replacements of Node's file handles lack many methods.
    const descriptor = await promisify(open)(file, "r");
    try {
      // Checked on the open file, since the path may name another file by now.
      if (!(await promisify(fstat)(descriptor)).isFile())
        throw inputFault(`${file} is not a file`, "Name a regular file.");
      return await readCapped(createReadStream(file, { fd: descriptor, autoClose: false }), file, signal);
    } finally {
      await promisify(close)(descriptor);
    }
  } catch (error) {
    if (error instanceof ImageSpecError) throw error;
    throw inputFault(`${file} cannot be read: ${(error as Error).message}`, "Check its permissions.", error);
  }
}

/** All of a stream as UTF-8 text, without a byte order mark, at most 16 MiB; `name` is what messages call it. @throws ImageSpecError E_INPUT_FILE, E_ABORTED. */
export async function readCapped(stream: Readable, name: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      size += (chunk as Buffer).length;
      if (size > MOST_BYTES) throw inputFault(`${name} holds more than 16 MiB`, "Pass a spec in JSON or YAML.");
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (signal.aborted) throw new ImageSpecError("E_ABORTED", `Reading ${name} was cancelled`, { cause: error });
    throw error;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    // Invalid UTF-8 is refused: decoded leniently, different bytes would give the same text and the same tag.
    throw inputFault(`${name} is not UTF-8 text`, "Save it as UTF-8.", error);
  }
}
