import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addParentFolders } from "./parent-folders.ts";
import { type TarEntry, textFile, whiteout } from "./tar-entry.ts";
import { COPIED_FROM, checkPath, LARGE_CONTENT, type TarPiece, tarPieces } from "./tar-pieces.ts";

async function tar(entries: AsyncIterable<TarEntry> | Iterable<TarEntry>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const { bytes } of tarPieces(entries)) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}

/** What GNU tar, an independent reader, lists. */
async function listing(bytes: Buffer): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "tar-pieces-"));
  try {
    await writeFile(join(folder, "x.tar"), bytes);
    const text = execFileSync("tar", ["--numeric-owner", "--utc", "--full-time", "-tvf", join(folder, "x.tar")], {
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    return text
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ +/g, " "));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("tarPieces", () => {
  it("lets go of entries and their files before it ends, when the reader stops early", async () => {
    const ended: string[] = [];
    async function* content(): AsyncGenerator<Uint8Array> {
      try {
        for (let i = 0; i < 1000; i++) yield Buffer.alloc(1024 * 1024);
      } finally {
        ended.push("content");
      }
    }
    async function* entries(): AsyncGenerator<TarEntry> {
      try {
        yield { type: "file", path: "big", mode: 0o644, size: 1000 * 1024 * 1024, uid: 0, gid: 0, content };
        yield textFile("next", "x");
      } finally {
        ended.push("entries");
      }
    }
    for await (const { bytes } of tarPieces(entries())) if (bytes.length > 1024) break;
    expect(ended).toEqual(["content", "entries"]);
  });

  it("writes what GNU tar reads: types, modes, a fixed time, ids above 2^21, long and non-ASCII names", async () => {
    const long = `${"folder/".repeat(30)}ünïcode.txt`;
    const entries: TarEntry[] = [
      { type: "directory", path: "root", mode: 0o755, uid: 1_000_680_000, gid: 1_000_680_001 },
      textFile("root/run.sh", "hi\n", 0o755, { uid: 1000, gid: 1000 }),
      { type: "symlink", path: "root/link", link: "run.sh", uid: 0, gid: 0 },
      textFile(long, "x"),
      whiteout("opt/gone"),
    ];
    expect(await listing(await tar(entries))).toEqual([
      "drwxr-xr-x 1000680000/1000680001 0 1980-01-02 00:00:00 root/",
      "-rwxr-xr-x 1000/1000 3 1980-01-02 00:00:00 root/run.sh",
      "lrwxrwxrwx 0/0 0 1980-01-02 00:00:00 root/link -> run.sh",
      `-rw-r--r-- 0/0 1 1980-01-02 00:00:00 ${long}`,
      "-rw-r--r-- 0/0 0 1980-01-02 00:00:00 opt/.wh.gone",
    ]);
  });

  it("gathers what is small, so that thousands of files are few pieces", async () => {
    const files = Array.from({ length: 5000 }, (_, at) => textFile(`f${at}`, "x"));
    const sizes: number[] = [];
    for await (const { bytes } of tarPieces(files)) sizes.push(bytes.length);
    expect(sizes.length).toBeLessThan(100);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(5000 * 1024 + 1024);
  });

  it("writes the same bytes each time", async () => {
    const entries = () => [textFile("a", "1"), textFile("b/c", "2", 0o755)];
    expect((await tar(entries())).equals(await tar(entries()))).toBe(true);
  });

  it("streams contents, and fails when one is not as long as it was said to be", async () => {
    const streamed = (parts: string[], size: number): TarEntry => ({
      ...textFile("f", ""),
      size,
      content: async function* () {
        for (const part of parts) yield Buffer.from(part);
      },
    });
    expect((await tar([streamed(["ab", "cd"], 4)])).subarray(512, 516).toString()).toBe("abcd");
    for (const size of [3, 5, 0])
      await expect(tar([streamed(["ab", "cd"], size)])).rejects.toMatchObject({ code: "E_FILE_CHANGED" });
  });

  it("passes on the error of a content and of the list", async () => {
    const fault = new Error("disk");
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
      throw fault;
    };
    await expect(tar([{ ...textFile("f", ""), size: 10, content }])).rejects.toBe(fault);
    const list = (async function* (): AsyncGenerator<TarEntry> {
      yield textFile("a", "");
      throw fault;
    })();
    await expect(tar(list)).rejects.toBe(fault);
  });

  it("refuses a path twice and paths that leave the image", async () => {
    await expect(tar([textFile("a", ""), textFile("a", "")])).rejects.toMatchObject({ code: "E_INTERNAL" });
    for (const path of ["../x", "/etc/passwd", "a//b", "a/./b", "a/../../b", "", "a\0b", "a\uD800"])
      expect(() => checkPath(path), JSON.stringify(path)).toThrow(/inside an image/);
    expect(() => checkPath("..a/b..")).not.toThrow();
  });
});

describe("a piece of a tar", () => {
  const deflatedFile = (size: number, packed: number): TarEntry => ({
    ...textFile("f", ""),
    size,
    content: async function* () {
      yield Buffer.alloc(size, "x");
    },
    deflated: {
      size: packed,
      crc32: 7,
      read: async function* () {
        yield { content: Buffer.alloc(size, "x"), stream: [Buffer.alloc(packed)] };
      },
    },
  });
  const pieces = async (entry: TarEntry) => {
    const found: TarPiece[] = [];
    for await (const piece of tarPieces([entry])) found.push(piece);
    return found;
  };

  it("is copied with the whole deflate stream from a size on, and goes with its neighbours below", async () => {
    const copied = (await pieces(deflatedFile(99_999, COPIED_FROM))).filter((piece) => piece.as === "copied");
    expect(copied.flatMap((piece) => piece.stream).reduce((sum, { length }) => sum + length, 0)).toBe(COPIED_FROM);
    expect(copied.at(-1)?.end).toEqual({ crc32: 7, size: 99_999 });
    const small = await pieces(deflatedFile(99_999, COPIED_FROM - 1));
    expect(new Set(small.map(({ as }) => as))).toEqual(new Set(["small"]));
  });

  it("is large when its content is, and no one has deflated it", async () => {
    for (const [size, as] of [
      [LARGE_CONTENT, ["small", "small"]],
      [LARGE_CONTENT + 512, ["small", "large", "small"]],
    ] as const)
      expect((await pieces(textFile("f", Buffer.alloc(size)))).map((piece) => piece.as)).toEqual(as);
  });

  it("of a content that has another size than was said is an error, empty ones too", async () => {
    for (const [said, size] of [
      [0, 5],
      [70_000, 69_999],
      [70_000, 70_001],
    ] as const)
      for (const packed of [1, COPIED_FROM])
        await expect(pieces({ ...deflatedFile(size, packed), size: said } as TarEntry)).rejects.toMatchObject({
          code: "E_FILE_CHANGED",
        });
  });
});

describe("addParentFolders", () => {
  it("puts folders before their first child, once, and none above its top", async () => {
    const paths: string[] = [];
    const files = [textFile("opt/venv/lib/a", ""), textFile("opt/venv/lib/b", ""), textFile("opt/venv/c", "")];
    for await (const entry of addParentFolders(files, "opt/venv")) paths.push(`${entry.type} ${entry.path}`);
    expect(paths).toEqual([
      "directory opt/venv",
      "directory opt/venv/lib",
      "file opt/venv/lib/a",
      "file opt/venv/lib/b",
      "file opt/venv/c",
    ]);
  });
});
