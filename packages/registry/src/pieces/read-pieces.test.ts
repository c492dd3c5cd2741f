import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIECE_BYTES, PieceMemory } from "./piece-memory.ts";
import { readPieces } from "./read-pieces.ts";

describe("readPieces", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "imagespec-pieces-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES + 7])(
    "reads %i bytes, whatever size was stated, with memory that is used again",
    async (size) => {
      const path = join(folder, String(size));
      const content = randomBytes(size);
      await writeFile(path, content);
      for (const stated of [undefined, 0, 3, size, size + 1]) {
        const memory = new PieceMemory();
        const parts: Buffer[] = [];
        for await (const piece of readPieces(path, { size: stated, memory })) {
          parts.push(Buffer.from(piece));
          memory.give(piece);
        }
        expect(Buffer.concat(parts).equals(content)).toBe(true);
      }
    },
  );

  it("lets other work have its turn between two pieces", async () => {
    const path = join(folder, "turns");
    await writeFile(path, randomBytes(4 * PIECE_BYTES));
    let turns = 0;
    const other = setInterval(() => turns++, 0);
    for await (const _ of readPieces(path)) for (const end = Date.now() + 5; Date.now() < end; );
    clearInterval(other);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it("throws the signal's reason, and for a file that is not there", async () => {
    const path = join(folder, "a");
    await writeFile(path, randomBytes(3 * PIECE_BYTES));
    const cancel = new AbortController();
    const reading = readPieces(path, { signal: cancel.signal });
    await reading.next();
    cancel.abort(new Error("enough"));
    await expect(reading.next()).rejects.toThrow("enough");
    await expect(Array.fromAsync(readPieces(join(folder, "b")))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
