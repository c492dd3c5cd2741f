import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFiles, TELLS_OPEN_FILES } from "../../../../tests/support/open-files.ts";
import { foundFile } from "./found-file.ts";
import { hashFiles } from "./hash-files.ts";
import { InputFaults } from "./input-faults.ts";
import { openShippedFile } from "./open-shipped-file.ts";
import { StatCache } from "./stat-cache.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hash-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");
const found = (name: string) => foundFile(name, join(root, name), lstatSync(join(root, name)));

async function hash(...files: ReturnType<typeof found>[]) {
  const faults = new InputFaults();
  const cache = new StatCache(join(root, "cache"), "tree");
  await hashFiles(files, { cache, faults, parameter: "copy" });
  faults.throwIfAny();
  return Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]));
}

describe("hashFiles", () => {
  it("gives the sha256 of small, large and empty files", async () => {
    const large = Buffer.alloc(3_000_001, "ab");
    writeFileSync(join(root, "large"), large);
    writeFileSync(join(root, "small"), "x");
    writeFileSync(join(root, "empty"), "");
    expect(await hash(found("large"), found("small"), found("empty"))).toEqual({
      large: sha256(large),
      small: sha256("x"),
      empty: sha256(""),
    });
  });

  it("reads a file that changed since it was listed once more", async () => {
    writeFileSync(join(root, "a"), "one");
    const listed = found("a");
    writeFileSync(join(root, "a"), "longer");
    expect(await hash(listed)).toEqual({ a: sha256("longer") });
  });

  it("does not follow what has become a link, and names what went away", async () => {
    writeFileSync(join(root, "a"), "one");
    const listed = found("a");
    rmSync(join(root, "a"));
    await expect(hash(listed)).rejects.toMatchObject({ code: "E_INPUT_FILE", faults: [{ code: "missing" }] });
    symlinkSync("/etc/passwd", join(root, "a"));
    await expect(hash(listed)).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });

  /** Writes a file that changes until the work has ended. */
  async function whileChanging<T>(name: string, work: () => Promise<T>): Promise<T> {
    writeFileSync(join(root, name), Buffer.alloc(40_000_000));
    let time = 1;
    const timer = setInterval(() => {
      time++;
      utimesSync(join(root, name), time, time);
    }, 1);
    return work().finally(() => clearInterval(timer));
  }

  it("gives up on a file that never holds still", async () => {
    const hashing = whileChanging("a", () => hash(found("a")));
    await expect(hashing).rejects.toMatchObject({ code: "E_FILE_CHANGED", message: expect.stringContaining("'") });
  });

  it.runIf(TELLS_OPEN_FILES)("has stopped reading the others when it gives up on one", async () => {
    writeFileSync(join(root, "b"), "");
    truncateSync(join(root, "b"), 20_000_000_000);
    await expect(whileChanging("a", () => hash(found("a"), found("b")))).rejects.toMatchObject({
      code: "E_FILE_CHANGED",
    });
    expect(openFiles(root)).toEqual([]);
  });
});

describe("openShippedFile", () => {
  const shipped = (name: string, content: string | Buffer) => {
    writeFileSync(join(root, name), content);
    return {
      type: "file",
      path: name,
      mode: 0o644,
      size: Buffer.byteLength(content),
      sha256: sha256(content),
      source: join(root, name),
    } as const;
  };
  const read = async (file: Parameters<typeof openShippedFile>[0]) =>
    Buffer.concat(await Array.fromAsync(openShippedFile(file)));

  it("streams what was hashed", async () => {
    const large = Buffer.alloc(1_000_003, "xyz");
    expect(await read(shipped("a", large))).toEqual(large);
    expect(await read(shipped("b", ""))).toEqual(Buffer.alloc(0));
  });

  it.each<[string, (path: string) => unknown, string]>([
    ["shrunk", (path) => truncateSync(path, 10), "shrunk"],
    ["grown", (path) => writeFileSync(path, Buffer.alloc(600_001)), "grown"],
    ["changed in place", (path) => writeFileSync(path, Buffer.alloc(600_000, 1)), "content"],
    ["gone", (path) => rmSync(path), "opened"],
    ["become a link", (path) => [rmSync(path), symlinkSync("/etc/passwd", path)], "opened"],
  ])("tells when the file has %s", async (_, change, how) => {
    const file = shipped("a", Buffer.alloc(600_000));
    change(file.source);
    await expect(read(file)).rejects.toMatchObject({ code: "E_FILE_CHANGED", message: expect.stringContaining(how) });
  });
});
