import { writeSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../file/make-folder.ts";
import type { PieceMemory } from "../pieces/piece-memory.ts";
import { draftPath } from "../process/draft.ts";

/**
 * Bytes written at a time. The kernel's cache takes as large a stretch of memory for a write. Linux keeps freed
 * stretches of up to 32 KiB at hand for each core; larger ones are put together anew, and in a virtual machine often
 * come from its host.
 */
const WRITTEN_BYTES = 32 * 1024;

/**
 * Writes to a draft beside the file, then renames it: nobody sees half a file, and a failure leaves nothing. `confirm`
 * may still stop it right before the move. Pieces go back to `memory` once they are written.
 */
export async function writeWhole(
  path: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { confirm, memory }: { confirm?: (() => Promise<void>) | undefined; memory?: PieceMemory | undefined } = {},
): Promise<void> {
  const temporary = draftPath(path);
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, "wx", 0o644);
    try {
      await writePieces(file, content, memory);
    } finally {
      await file.close();
    }
    await confirm?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Writes on this thread, to the cache of the kernel: handing each piece to a thread of Node's and being woken by it
 * takes longer than copying it.
 */
async function writePieces(
  { fd }: FileHandle,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  memory: PieceMemory | undefined,
): Promise<void> {
  for await (const piece of content) {
    // A write may take less than it was given, and on a full disk the next one then says why.
    for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at, Math.min(WRITTEN_BYTES, piece.length - at));
    memory?.give(piece);
  }
}
