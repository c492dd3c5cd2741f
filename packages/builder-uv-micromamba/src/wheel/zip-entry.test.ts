import { describe, expect, it } from "vitest";
import { rawZip } from "./fixtures/raw-zip.ts";
import { readEntries } from "./zip-entry.ts";

const END = 22;
const zip = rawZip([
  { name: "a.py", content: "x = 1\n" },
  { name: "b/c.py", content: "y = 2\n", mode: 0o100755 },
]);
const directory = zip.readUInt32LE(zip.length - 6);

const read = (bytes: Buffer) =>
  readEntries(async (at, length) => Buffer.from(bytes.subarray(at, at + length)), bytes.length);

/** The archive with other bytes at a place, counted from the beginning of its end where that is negative. */
function patched(at: number, bytes: readonly number[]): Buffer {
  const copy = Buffer.from(zip);
  copy.set(bytes, at < 0 ? copy.length - END - at : at);
  return copy;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** The same archive with zip64's end, and an end that refers to it for everything. */
function zip64({ disk = 0, place = zip.length - END } = {}): Buffer {
  const end = Buffer.alloc(56);
  end.write("PK\x06\x06", 0, "latin1");
  end.writeUInt32LE(disk, 16);
  end.set(uint64(2), 32);
  end.set(uint64(zip.length - END - directory), 40);
  end.set(uint64(directory), 48);
  const locator = Buffer.concat([Buffer.from("PK\x06\x07\0\0\0\0"), uint64(place), Buffer.from([1, 0, 0, 0])]);
  const last = Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(16, 255), Buffer.alloc(2)]);
  return Buffer.concat([zip.subarray(0, -END), end, locator, last]);
}

/** The first entry with sizes and place in an extra field of zip64, cut to some bytes. */
function large(bytes: number): Buffer {
  const { start, name } = { start: directory, name: directory + 46 + 4 };
  const field = Buffer.concat([Buffer.from([1, 0, bytes, 0]), uint64(6e9), uint64(5e9), uint64(7e9)]).subarray(
    0,
    4 + bytes,
  );
  const copy = Buffer.concat([zip.subarray(0, name), field, zip.subarray(name)]);
  copy.fill(255, start + 20, start + 28);
  copy.writeUInt16LE(field.length, start + 30);
  copy.fill(255, start + 42, start + 46);
  copy.writeUInt32LE(copy.length - END - start, copy.length - END + 12);
  return copy;
}

describe("the entries of a zip", () => {
  it("are what the directory lists, whatever comment follows it", async () => {
    const whole = await read(zip);
    expect(whole.directory).toBe(directory);
    expect(whole.entries.map(({ name, size }) => [name.toString(), size])).toEqual([
      ["a.py", 6],
      ["b/c.py", 6],
    ]);
    expect(whole.entries.map(({ attributes }) => attributes >>> 16)).toEqual([0o100644, 0o100755]);
    const commented = Buffer.concat([patched(-20, [5, 0]), Buffer.from("hello")]);
    expect(await read(commented)).toEqual(whole);
    expect(await read(zip64())).toEqual(whole);
  });

  it("may be followed by NUL bytes alone", async () => {
    const whole = await read(zip);
    for (const count of [1, 512, 60_000]) expect(await read(Buffer.concat([zip, Buffer.alloc(count)]))).toEqual(whole);
  });

  it("are none of an empty archive", async () => {
    expect((await read(rawZip([]))).entries).toEqual([]);
  });

  it("have sizes and places of eight bytes where the field of zip64 holds them", async () => {
    const { entries } = await read(large(24));
    expect(entries[0]).toMatchObject({ size: 6e9, packed: 5e9, start: 7e9 });
    expect(entries[1]?.size).toBe(6);
  });

  it.each<[string, Buffer, RegExp]>([
    ["that is empty", Buffer.alloc(0), /no end of a directory/],
    ["of something else", Buffer.alloc(100_000, "text"), /no end of a directory/],
    ["that goes on after its end", Buffer.concat([zip, Buffer.from("more")]), /bytes follow its end/],
    ["that goes on after NUL bytes", Buffer.concat([zip, Buffer.from("\0\0x")]), /bytes follow its end/],
    ["with a comment that is cut off", patched(-20, [9, 0]), /bytes follow its end/],
    ["with more entries stated than listed", patched(-10, [3, 0]), /fewer entries/],
    ["with fewer entries stated than listed", patched(-10, [1, 0]), /more entries/],
    ["with a directory of another length", patched(-12, [1]), /not where its end says/],
    ["with something else in the directory", patched(directory, [0]), /fewer entries/],
    ["with a directory after its end", patched(-16, [255, 255, 255, 0]), /not where its end says/],
    ["with a name that is too long", patched(directory + 28, [255, 255]), /cut off/],
    [
      "with an extra field that is too long",
      patched(directory + 28, [0, 0, 4, 0]),
      /extra field in its directory is cut off/,
    ],
    ["in several parts", patched(-4, [1]), /several parts/],
    ["in several parts, in zip64", zip64({ disk: 1 }), /several parts/],
    ["with zip64's end elsewhere", zip64({ place: 0 }), /no zip64 end/],
    ["with zip64's end beyond it", zip64({ place: 2 ** 52 }), /no zip64 end/],
    ["with a field of zip64 that is too short", large(16), /lacks the start/],
    ["with strong encryption", patched(directory + 8, [0x40]), /encrypted/],
  ])("are not those of an archive %s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});
