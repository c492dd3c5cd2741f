import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readOwnFile } from "./own-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "own-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("reads a text", () => {
  writeFileSync(join(folder, "text"), "héllo");
  expect(readOwnFile(join(folder, "text"))).toBe("héllo");
});

it.runIf(process.platform !== "win32")("neither waits for a pipe nor follows a link", () => {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  symlinkSync("/dev/zero", join(folder, "link"));
  expect(readOwnFile(join(folder, "pipe"))).toBe("");
  expect(() => readOwnFile(join(folder, "link"))).toThrowError(expect.objectContaining({ code: "ELOOP" }));
});
