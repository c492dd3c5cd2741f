import { describe, expect, it } from "vitest";
import { readLibrary } from "./elf-soname.ts";

/**
 * A shared library of 64 bits (elf(5)) with the segments that matter: one loaded, at an address of its own, and the
 * dynamic one.
 */
function library({
  soname,
  machine = 62,
  tags = [],
}: {
  soname?: string;
  machine?: number;
  tags?: [number, number][];
}) {
  const strings = Buffer.from(`\0other\0${soname ?? ""}\0`);
  const [headers, dynamic, table] = [64, 64 + 2 * 56, 512];
  const bytes = Buffer.alloc(table + strings.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(BigInt(headers), 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  const entries: [number, number][] = [
    ...(soname === undefined ? [] : ([[14, 7]] as [number, number][])),
    ...tags,
    [5, 0x1000],
  ];
  const segment = (at: number, type: number, [offset, address, length]: [number, number, number]) => {
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(address), at + 16);
    bytes.writeBigUInt64LE(BigInt(length), at + 32);
  };
  segment(headers, 1, [table, 0x1000, strings.length]);
  segment(headers + 56, 2, [dynamic, 0, entries.length * 16]);
  entries.forEach(([tag, value], index) => {
    bytes.writeBigUInt64LE(BigInt(tag), dynamic + index * 16);
    bytes.writeBigUInt64LE(BigInt(value), dynamic + index * 16 + 8);
  });
  strings.copy(bytes, table);
  return bytes;
}

describe("readLibrary", () => {
  it("reads the name a library is loaded by, through the address it is loaded at", () => {
    expect(readLibrary(library({ soname: "libdemo.so.1" }))).toEqual({ soname: "libdemo.so.1", machine: 62 });
    expect(readLibrary(library({ soname: "libarm.so", machine: 183, tags: [[1, 1]] }))).toEqual({
      soname: "libarm.so",
      machine: 183,
    });
  });

  it("knows a library that states no name", () => {
    expect(readLibrary(library({ tags: [[1, 1]] }))).toEqual({ soname: undefined, machine: 62 });
  });

  it("takes nothing else for a library", () => {
    const whole = library({ soname: "libdemo.so.1" });
    const with32bits = Buffer.from(whole);
    with32bits[4] = 1;
    const bigEndian = Buffer.from(whole);
    bigEndian[5] = 2;
    const elsewhere = Buffer.from(whole);
    elsewhere.writeBigUInt64LE(0x9000n, 64 + 16);
    for (const bytes of [
      Buffer.from("/* GNU ld script */\nINPUT(libx.so.1)\n".padEnd(80)),
      Buffer.alloc(10),
      with32bits,
      bigEndian,
    ])
      expect(readLibrary(bytes)).toBeUndefined();
    // A name outside of what is loaded, or of the file.
    expect(readLibrary(elsewhere)).toBeUndefined();
    expect(readLibrary(whole.subarray(0, 515))).toBeUndefined();
  });
});
