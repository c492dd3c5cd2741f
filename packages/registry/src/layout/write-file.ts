import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../file/make-folder.ts";
import { PIECE_BYTES, type PieceMemory } from "../pieces/piece-memory.ts";
import { draftPath } from "../process/draft.ts";

/**
 * Writes to a draft beside the file, then renames it: nobody sees half a file, and a failure leaves nothing. `confirm` may still
 * stop it right before the move. Pieces go back to `memory` once they are written.
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

/** Joins small pieces, since a call for each would cost more than its bytes. */
async function writePieces(
  file: FileHandle,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  memory: PieceMemory | undefined,
): Promise<void> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const flush = async () => {
    const { bytesWritten } = await file.writev(pieces);
    if (bytesWritten < size) await writeRest(file, Buffer.concat(pieces), bytesWritten);
    for (const piece of pieces) memory?.give(piece);
    pieces = [];
    size = 0;
  };
  for await (const piece of content) {
    pieces.push(piece);
    size += piece.length;
    if (size >= PIECE_BYTES) await flush();
  }
  if (size > 0) await flush();
}

/** Writes everything: a write may take less than it was given, and on a full disk the next one then says why. */
async function writeRest(file: FileHandle, bytes: Uint8Array, from: number): Promise<void> {
  for (let at = from; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
