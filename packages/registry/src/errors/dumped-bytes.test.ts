import { describe, expect, it } from "vitest";
import { redact } from "./redact.ts";

const SECRET = "correct-horse-battery-staple";

/** A text in rows of 16 bytes, as hexdump tools print it. */
function dump(text: string, { group, isSwapped = false, isBare = false, base = 16 }: DumpForm): string[] {
  const rows: string[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 16) {
    const numbers = Array.from(bytes.subarray(at, at + 16), (byte) =>
      byte.toString(base).padStart(base === 16 ? 2 : 3, "0"),
    );
    const groups: string[] = [];
    for (let from = 0; from < numbers.length; from += group) {
      const part = numbers.slice(from, from + group);
      groups.push((isSwapped ? part.reverse() : part).join(""));
    }
    const characters = bytes
      .subarray(at, at + 16)
      .toString()
      .replaceAll("\n", ".");
    rows.push(isBare ? groups.join(" ") : `${at.toString(16).padStart(8, "0")}: ${groups.join(" ")}  |${characters}|`);
  }
  return rows;
}

interface DumpForm {
  group: number;
  isSwapped?: boolean;
  isBare?: boolean;
  base?: number;
}

describe("a secret is hidden in a dump", () => {
  it.each<[string, DumpForm]>([
    ["of single bytes (hexdump -C)", { group: 1 }],
    ["in groups of two (xxd)", { group: 2 }],
    ["in groups of two without addresses", { group: 2, isBare: true }],
    ["in groups of two, swapped (hexdump, od -x)", { group: 2, isSwapped: true }],
    ["in groups of four", { group: 4, isBare: true }],
    ["in groups of four, swapped (od -t x4)", { group: 4, isSwapped: true }],
    ["in groups of eight", { group: 8 }],
    ["of octal bytes (od -b)", { group: 1, base: 8 }],
  ])("%s", (_, form) => {
    for (const text of [SECRET, `password: ${SECRET}\n`]) {
      const rows = dump(text, form);
      for (const shown of [
        ...rows.map((row) => redact(row, [SECRET])),
        ...redact(rows.join("\n"), [SECRET]).split("\n"),
      ])
        expect(shown).toMatch(/\*\*\*$/);
      expect(redact(rows.join("\n").toUpperCase(), [SECRET])).toContain("***");
    }
  });

  it.each([
    ["a Buffer in JSON", JSON.stringify(Buffer.from(SECRET))],
    ["a list of bytes", `bytearray([${Array.from(Buffer.from(SECRET)).join(", ")}])`],
    ["an array of C", `{ ${Array.from(Buffer.from(SECRET), (byte) => `0x${byte.toString(16)}`).join(", ")} }`],
  ])("that is %s", (_, text) => {
    const shown = redact(`x ${text}`, [SECRET]);
    expect(shown).toMatch(/\*\*\*/);
    expect(shown).not.toMatch(/114|72/);
  });
});

it("leaves numbers alone that are no part of a secret, and parts that are too small to tell", () => {
  for (const text of [
    "2026-01-02 10:11:12 0xdeadbeef 00000000: 6161 6262 6363 6464",
    "[1, 2, 3, 4, 5, 6, 7, 8]",
    "127.0.0.1 - 550e8400-e29b-41d4-a716-446655440000",
    "636f 7272",
    "layer aa bb cc dd ee ff",
  ])
    expect(redact(text, [SECRET])).toBe(text);
});

it("takes a time that is linear in the length of a dump", () => {
  const text = `${"63 6f 72 72 ".repeat(50_000)}${"6".repeat(200_001)} ${"99, ".repeat(50_000)}${"143 ".repeat(50_000)}x`;
  expect(redact(text, [`${"k".repeat(1000)}`, SECRET])).toBe(text);
});
