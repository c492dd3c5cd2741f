import { describe, expect, it } from "vitest";
import { PIECE_BYTES, PieceMemory } from "./piece-memory.ts";

describe("PieceMemory", () => {
  it("lends memory again that was given back, and none that is still lent", () => {
    const memory = new PieceMemory();
    const [first, second] = [memory.take(), memory.take()];
    expect(first.length).toBe(PIECE_BYTES);
    expect(first.buffer).not.toBe(second.buffer);
    memory.give(first.subarray(0, 10));
    expect(memory.take().buffer).toBe(first.buffer);
    expect(memory.take().buffer).not.toBe(second.buffer);
  });

  it("takes nothing twice, and nothing of others", () => {
    const memory = new PieceMemory();
    const piece = memory.take();
    memory.give(piece);
    memory.give(piece);
    const foreign = Buffer.alloc(PIECE_BYTES);
    memory.give(foreign);
    const lent = [memory.take(), memory.take(), memory.take()].map(({ buffer }) => buffer);
    expect(new Set(lent).size).toBe(3);
    expect(lent).not.toContain(foreign.buffer);
  });
});
