import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { COMPILE_SCRIPT } from "./compile-script.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "compile-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const compile = (...folders: string[]) =>
  execFileSync("python3", ["-sSB", "-W", "ignore", "-c", COMPILE_SCRIPT, root, ...folders], {
    env: { ...process.env, PYTHONHASHSEED: "0" },
  });
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};
const bytecode = (folder: string) => readdirSync(join(root, folder, "__pycache__")).sort();

it("makes checked-hash bytecode under the path it will have, and leaves what is current", () => {
  for (let index = 0; index < 100; index++) write(`site/package/m${index}.py`, `VALUE = ${index}\n`);
  write("site/bad.py", "def (:\n");
  compile(join(root, "site"));
  expect(bytecode("site/package")).toHaveLength(100);
  expect(existsSync(join(root, "site/__pycache__"))).toBe(false);
  const [first = ""] = bytecode("site/package");
  const path = join(root, "site/package/__pycache__", first);
  const made = readFileSync(path);
  expect(made.readUInt32LE(4)).toBe(3);
  expect(made.includes("/site/package/")).toBe(true);
  expect(made.includes(root)).toBe(false);
  const { ino } = statSync(path);
  compile(join(root, "site"));
  expect(statSync(path).ino).toBe(ino);
  rmSync(join(root, "site/package/__pycache__"), { recursive: true });
  compile(join(root, "site"));
  expect(readFileSync(path).equals(made)).toBe(true);
});

it("removes bytecode of other sources and interpreters", () => {
  write("site/a.py", "x = 1\n");
  write("site/__pycache__/a.cpython-20.pyc", "old");
  write("site/__pycache__/gone.pyc", "old");
  write("site/b/__pycache__/gone.pyc", "old");
  compile(join(root, "site"), join(root, "none"));
  expect(bytecode("site")).toHaveLength(1);
  expect(bytecode("site")[0]).toMatch(/^a\.cpython-3\d+\.pyc$/);
  expect(existsSync(join(root, "site/b/__pycache__"))).toBe(false);
});
