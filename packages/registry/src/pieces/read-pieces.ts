import { readSync } from "node:fs";
import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { READ_FLAGS } from "../file/open-flags.ts";
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
 * The bytes of a file in pieces. They are read on this thread, since handing each to a thread of Node's takes longer
 * than copying it from the kernel's cache; between two of them other work has its turn. Throws what the file system
 * does, and the signal's reason.
 */
export async function* readPieces(
  path: string,
  { signal, memory, size = PIECE_BYTES }: ReadPiecesOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  const file = await open(path, READ_FLAGS);
  try {
    const take = () => memory?.take() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    // One byte more shows at once that the file ends there.
    let room = size < PIECE_BYTES ? Buffer.allocUnsafeSlow(size + 1) : take();
    for (;;) {
      const piece = filled(file.fd, room);
      if (piece.length > 0) yield piece;
      signal?.throwIfAborted();
      if (piece.length < room.length) return;
      room = take();
      await setImmediate();
    }
  } finally {
    await file.close();
  }
}

/** As much of the file as there is room for; less means that it ends there. */
function filled(fd: number, room: Buffer): Buffer {
  let length = 0;
  for (let read = -1; read !== 0 && length < room.length; length += read)
    read = readSync(fd, room, length, room.length - length, null);
  return room.subarray(0, length);
}
