import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFileText } from "./spec-text.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "spec-text-"));
});
afterAll(() => rmSync(root, { recursive: true }));

const { signal } = new AbortController();

describe("readFileText", () => {
  it("reads UTF-8 without its byte order mark", async () => {
    writeFileSync(join(root, "a"), "\ufeffname: é\n");
    expect(await readFileText(join(root, "a"), signal)).toBe("name: é\n");
  });

  it.each<[string, RegExp, (path: string) => void]>([
    ["a file that is not there", /cannot be read/, () => undefined],
    ["a folder", /is not a file/, (path) => mkdirSync(path)],
    // Opening one for reading waits for whoever writes to it.
    ["a pipe that nobody writes to", /is not a file/, (path) => void execFileSync("mkfifo", [path])],
    ["bytes that are not UTF-8", /is not UTF-8/, (path) => writeFileSync(path, Buffer.from([0xe9]))],
    [
      "more than 16 MiB",
      /holds more than 16 MiB/,
      (path) => {
        writeFileSync(path, "");
        truncateSync(path, 16 * 1024 * 1024 + 1);
      },
    ],
  ])("refuses %s", async (name, message, make) => {
    const path = join(root, name);
    make(path);
    const fault = { code: "E_INPUT_FILE", message: expect.stringMatching(message) };
    await expect(readFileText(path, signal)).rejects.toMatchObject(fault);
  });

  it("is E_ABORTED for a signal that was aborted", async () => {
    await expect(readFileText(join(root, "a"), AbortSignal.abort())).rejects.toMatchObject({ code: "E_ABORTED" });
  });
});
