import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { COMPILE_SCRIPT, LONGEST_MODULE } from "./compile-script.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "compile-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const compile = (...folders: string[]) =>
  execFileSync("python3", ["-sSB", "-W", "ignore", "-c", COMPILE_SCRIPT, root, ...folders], {
    env: { ...process.env, PYTHONHASHSEED: "0" },
  });
/** The bytecode that the same program makes of modules on its standard input, by their paths. */
const compileInput = (modules: Record<string, Uint8Array>, python = "python3") => {
  const frames = Object.entries(modules).flatMap(([path, source]) => {
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(Buffer.byteLength(path));
    sizes.writeUInt32LE(source.length, 4);
    return [sizes, Buffer.from(path), source];
  });
  const answers = execFileSync(python, ["-sSB", "-W", "ignore", "-c", COMPILE_SCRIPT], {
    env: { ...process.env, PYTHONHASHSEED: "0" },
    input: Buffer.concat(frames),
    maxBuffer: 1 << 28,
  });
  const made = new Map<string, Buffer>();
  for (let at = 0; at < answers.length; ) {
    const path = at + 8;
    const bytes = path + answers.readUInt32LE(at);
    const end = bytes + answers.readUInt32LE(at + 4);
    made.set(answers.toString("utf8", path, bytes), answers.subarray(bytes, end));
    at = end;
  }
  return made;
};
const write = (path: string, text: string | Uint8Array) => {
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

it("compiles a module in a folder of bytecode as it does any other", () => {
  write("site/__pycache__/a.py", "x = 1\n");
  write("site/__pycache__/__pycache__/gone.pyc", "old");
  compile(join(root, "site"));
  expect(bytecode("site")).toEqual(["__pycache__", "a.py"]);
  expect(bytecode("site/__pycache__")).toEqual([expect.stringMatching(/^a\.cpython-3\d+\.pyc$/)]);
});

it("makes the same of a module on its standard input as of a file", () => {
  const modules: Record<string, Uint8Array> = {
    "/site/empty.py": Buffer.from(""),
    "/site/names.py": Buffer.from(
      "sources = 1\ndef compile_one(path):\n    made = path\n    return made, target, 'head'\n",
    ),
    "/site/names_twice.py": Buffer.from("def f(x):\n    return x.unheard_of\ndef g(x):\n    return x.unheard_of\n"),
    "/site/constants.py": Buffer.from(
      "A = {'k': (1.5, 2**70, b'x', 'read', '\u00e9', frozenset({1, 'u'}))}\nB = 'k' in {'a', 'b'}\n",
    ),
    "/site/latin.py": Buffer.from("# -*- coding: latin-1 -*-\nA = '\u00e9'\n", "latin1"),
    "/site/mark.py": Buffer.from("\ufeffA = 1\r\nB = 2\r\n"),
    "/site/warns.py": Buffer.from("A = '\\d' is 1\n"),
    "/site/\u00e9/dotted.name.py": Buffer.from("import sys\nclass C:\n    'doc'\n"),
    "/site/broken.py": Buffer.from("def (:\n"),
    "/site/nul.py": Buffer.from("A = 1\0\n"),
    "/site/not_utf8.py": Buffer.from([0x41, 0x3d, 0x27, 0xff, 0x27]),
  };
  for (const [path, source] of Object.entries(modules)) write(path, source);
  compile(join(root, "site"));
  const made = compileInput(modules);
  expect(made.size).toBe(Object.keys(modules).length);
  const files = [...made].map(([path, bytecode]) => [path, existsSync(join(root, path)) ? bytecode.length : 0]);
  expect(files.filter(([, size]) => size === 0).map(([path]) => String(path).replace(/\.cpython-\d+/, ""))).toEqual([
    "/site/__pycache__/broken.pyc",
    "/site/__pycache__/nul.pyc",
    "/site/__pycache__/not_utf8.pyc",
  ]);
  for (const [path, bytecode] of made)
    if (bytecode.length > 0) expect(readFileSync(join(root, path)).equals(bytecode), path).toBe(true);
});

/** Every python3 on PATH: patch releases differ in what they mark. */
const pythons = [...new Set((process.env.PATH ?? "").split(delimiter))]
  .map((folder) => join(folder, "python3"))
  .filter((path) => existsSync(path));

it.each(pythons)("makes the same of a module whatever was compiled before it: %s", (python) => {
  // What these leave behind in the process: codecs, the table of characters, names that stay.
  const before = Object.fromEntries([
    ...["cp1252", "idna", "unicode_escape", "koi8-r", "no-such-codec"].map((codec) => [
      `/site/${codec}.py`,
      Buffer.from(`# -*- coding: ${codec} -*-\nx = 1\n`),
    ]),
    ["/site/names.py", Buffer.from("\u017fe\u0301 = 'unheard_of'\nunheard_of = '\\N{SNOWMAN}'\n")],
    ["/site/characters.py", Buffer.from("def f(a, *, z=1):\n    return a.q\n")],
    ["/site/sets.py", Buffer.from("def f(a):\n    return a in {'nowhere', 'named'}\nnowhere = named = f\n")],
    ["/site/broken.py", Buffer.from("def (:\n")],
    ["/site/typo.py", Buffer.from("improt x\n")],
  ]);
  const names = ["decoding_table", "StreamConverter", "numeric", "decimal", "unheard_of", "seldom"];
  // In Python 3.12 and later their texts are one object with the names of an earlier module, and then the sets are two;
  // so they always are.
  const set = (name: string) => `def ${name}(a):\n    return a in {'nowhere', 'named'}, ('nowhere', 'named')\n`;
  const sets = `${set("f")}${set("g")}`;
  const characters = "def h():\n    return 'q', ['a'], {'z'}, 'z'\n";
  const last = { "/site/m.py": Buffer.from(`${sets}${characters}${names.map((name) => `f.${name}\n`).join("")}`) };
  const [alone] = compileInput(last, python).values();
  const after = [...compileInput({ ...before, ...last }, python).values()].at(-1);
  // marshal's frozenset of two, with or without its mark.
  const found = [">", "\xbe"].map((type) => alone?.toString("latin1").split(`${type}\x02\0\0\0`).length ?? 0);
  expect(found.reduce((sum, parts) => sum + parts - 1, 0)).toBe(2);
  expect(after?.equals(alone as Buffer)).toBe(true);
});

it("replaces bytecode that is hard-linked elsewhere, and keeps the source's mode", () => {
  write("site/a.py", "x = 1\n");
  chmodSync(join(root, "site/a.py"), 0o600);
  write("site/__pycache__/old", "old");
  const [name = ""] = [...compileInput({ "/site/a.py": Buffer.from("x = 1\n") }).keys()];
  linkSync(join(root, "site/__pycache__/old"), join(root, name));
  compile(join(root, "site"));
  expect(readFileSync(join(root, "site/__pycache__/old"), "utf8")).toBe("old");
  expect(statSync(join(root, name)).mode & 0o777).toBe(0o600);
  expect(bytecode("site")).toHaveLength(2);
});

it("compiles sources nested as deep on its standard input as in files", () => {
  const nested = (depth: number) => Buffer.from(`x = ${"-".repeat(depth)}1\n`);
  const inFile = (depth: number) => {
    write(`site${depth}/m.py`, nested(depth));
    compile(join(root, `site${depth}`));
    return existsSync(join(root, `site${depth}/__pycache__`));
  };
  let [most, over] = [1, 100_000];
  expect([inFile(most), inFile(over)]).toEqual([true, false]);
  while (over - most > 1) {
    const middle = (most + over) >> 1;
    if (inFile(middle)) most = middle;
    else over = middle;
  }
  const made = compileInput({ "/most.py": nested(most), "/over.py": nested(over) });
  expect([...made.values()].map((bytecode) => bytecode.length > 0)).toEqual([true, false]);
});

it("compiles functions nested as deep on its standard input as in files, and goes on after those that are too deep", () => {
  const modules = Object.fromEntries(
    [100, 480, 520, 900, 1100, 3000].map((depth) => [
      `/site/m${depth}.py`,
      Buffer.from(`x = ${"lambda: ".repeat(depth)}1\n`),
    ]),
  );
  for (const [path, source] of Object.entries(modules)) write(path, source);
  compile(join(root, "site"));
  const made = [...compileInput({ ...modules, "/site/last.py": Buffer.from("x = 1\n") })];
  expect(made).toHaveLength(7);
  expect(made.at(-1)?.[1].length).toBeGreaterThan(0);
  for (const [path, bytecode] of made.slice(0, -1)) {
    const file = existsSync(join(root, path)) ? readFileSync(join(root, path)) : Buffer.alloc(0);
    expect(file.equals(bytecode), path).toBe(true);
  }
  expect(made.slice(0, 3).every(([, bytecode]) => bytecode.length > 0)).toBe(true);
});

it("leaves out links, what is no file, and modules that are too long", () => {
  write("site/a.py", "x = 1\n");
  write("site/long.py", Buffer.alloc(LONGEST_MODULE + 1, "#"));
  mkdirSync(join(root, "site/folder.py"));
  symlinkSync("a.py", join(root, "site/link.py"));
  symlinkSync("nowhere.py", join(root, "site/lost.py"));
  execFileSync("mkfifo", [join(root, "site/pipe.py")]);
  compile(join(root, "site"));
  expect(bytecode("site")).toEqual([expect.stringMatching(/^a\.cpython-/)]);
});
