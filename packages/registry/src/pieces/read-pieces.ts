import { type FileHandle, open } from "node:fs/promises";
import { PIECE_BYTES, type PieceMemory } from "./piece-memory.ts";

/** How a file is read. */
export interface ReadPiecesOptions {
  signal?: AbortSignal | undefined;
  /** Bytes the file probably has: a small one is read into little memory. */
  size?: number | undefined;
  /** Where pieces of a large file are read into; by default each has memory of its own. */
  memory?: PieceMemory | undefined;
}

/**
 * The bytes of a file in pieces, the next one read while one is used. Throws what the file system does, and
 * the signal's reason.
 */
export async function* readPieces(
  path: string,
  { signal, memory, size = PIECE_BYTES }: ReadPiecesOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  const file = await open(path, "r");
  let reading: Promise<Buffer> | undefined;
  try {
    // One byte more shows at once that the file ends there.
    const first = size < PIECE_BYTES ? Buffer.allocUnsafeSlow(size + 1) : undefined;
    const take = () => memory?.take() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    reading = filled(file, first ?? take());
    for (;;) {
      const piece: Buffer = await reading;
      signal?.throwIfAborted();
      if (piece.length === 0) return;
      const isLast = piece.length < piece.buffer.byteLength;
      reading = isLast ? undefined : filled(file, take());
      // Awaited in the next round; until then its failure must not end the process.
      reading?.catch(() => undefined);
      yield piece;
      if (reading === undefined) return;
    }
  } finally {
    await reading?.catch(() => undefined);
    await file.close();
  }
}

/** As much of the file as there is room for; less means that it ends there. */
async function filled(file: FileHandle, room: Buffer): Promise<Buffer> {
  let length = 0;
  for (let read = -1; read !== 0 && length < room.length; length += read)
    ({ bytesRead: read } = await file.read(room, length, room.length - length, null));
  return room.subarray(0, length);
}
