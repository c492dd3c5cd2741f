import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { ImageSpecError } from "@imagespec/core";
import { READ_FLAGS } from "@imagespec/core/internal";
import { inputFault } from "./input-fault.ts";

/** Limit in bytes. No real spec is near it; a larger file is a mistake, or an attempt to fill the memory. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The text of a file, of at most 16 MiB.
 *
 * @throws ImageSpecError E_INPUT_FILE when it cannot be read, is not a file or is too large; E_ABORTED.
 */
export async function readFileText(file: string, signal: AbortSignal): Promise<string> {
  if (signal.aborted) throw cancelled(file, signal.reason);
  try {
    return textOf(bytesOf(file), file);
  } catch (error) {
    if (error instanceof ImageSpecError) throw error;
    throw inputFault(`${file} cannot be read: ${(error as Error).message}`, "Check its permissions.", error);
  }
}

/**
 * By calls that wait, of which a folder of manifests takes hundreds: each of the others would wake a thread and be
 * woken by it.
 */
function bytesOf(file: string): Buffer {
  const descriptor = openSync(file, READ_FLAGS);
  try {
    // Checked on the open file, since the path may name another file by now.
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw inputFault(`${file} is not a file`, "Name a regular file.");
    if (stats.size > MOST_BYTES) throw tooLarge(file);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * All of a stream as UTF-8 text, without a byte order mark, at most 16 MiB; `name` is what messages call it.
 *
 * @throws ImageSpecError E_INPUT_FILE, E_ABORTED.
 */
export async function readCapped(stream: Readable, name: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      size += (chunk as Buffer).length;
      if (size > MOST_BYTES) throw tooLarge(name);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (signal.aborted) throw cancelled(name, error);
    throw error;
  }
  return textOf(Buffer.concat(chunks), name);
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    // Invalid UTF-8 is refused: decoded leniently, different bytes would give the same text and the same tag.
    throw inputFault(`${name} is not UTF-8 text`, "Save it as UTF-8.", error);
  }
}

function tooLarge(name: string): ImageSpecError {
  return inputFault(`${name} holds more than 16 MiB`, "Pass a spec in JSON or YAML.");
}

function cancelled(name: string, cause: unknown): ImageSpecError {
  return new ImageSpecError("E_ABORTED", `Reading ${name} was cancelled`, { cause });
}
