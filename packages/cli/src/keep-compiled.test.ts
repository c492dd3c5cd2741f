import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imagespec-compiled-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * `imagespec --version` in a process of its own, with the cache there and a umask that gives everything to everybody.
 */
function start(cache: string, more: Record<string, string> = {}): string {
  const main = join(import.meta.dirname, "../dist/main.js");
  const { NODE_COMPILE_CACHE: _, CI: __, ...env } = process.env;
  const script = 'umask 0; exec "$0" "$1" --version';
  return execFileSync("/bin/sh", ["-c", script, process.execPath, main], {
    env: { ...env, IMAGESPEC_CACHE_DIR: cache, ...more },
    encoding: "utf8",
  });
}

it("keeps what is compiled for its user alone, the cache's folder included", () => {
  const cache = join(folder, "cache");
  expect(start(cache)).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(readdirSync(join(cache, "compiled"))).not.toEqual([]);
  for (const path of [cache, join(cache, "compiled")]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

it("keeps it from the second command on under CI, where there may be none", () => {
  const cache = join(folder, "cache");
  const kept = () => readdirSync(join(cache, "compiled"));
  start(cache, { CI: "true" });
  expect(kept()).toEqual([]);
  start(cache, { CI: "true" });
  expect(kept()).not.toEqual([]);
});

it("runs nothing of a folder that others can write to, or of a link", () => {
  const cache = join(folder, "cache");
  const compiled = join(cache, "compiled");
  mkdirSync(compiled, { recursive: true });
  chmodSync(compiled, 0o770);
  expect(start(cache)).toMatch(/^\d/);
  expect(readdirSync(compiled)).toEqual([]);
  renameSync(compiled, join(folder, "elsewhere"));
  chmodSync(join(folder, "elsewhere"), 0o700);
  symlinkSync(join(folder, "elsewhere"), compiled);
  expect(start(cache)).toMatch(/^\d/);
  expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
});

it("starts without where the cache cannot be", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(start(join(file, "cache"))).toMatch(/^\d/);
  const closed = join(folder, "closed");
  mkdirSync(closed);
  chmodSync(closed, 0o500);
  expect(start(join(closed, "cache"))).toMatch(/^\d/);
  // Where the kernel answers that the folder above is missing, which Node's own recursive mkdir believes for ever.
  expect(start("/proc/cache")).toMatch(/^\d/);
});
