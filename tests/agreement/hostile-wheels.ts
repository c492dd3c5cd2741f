import type { WheelOptions } from "@imagespec/testkit";

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
const EXTENDS_PATH = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n";

/** Sources that compilers may differ in, or that one of them may refuse. */
const SOURCES: Record<string, string | Uint8Array> = {
  "nul.py": "x = 1\0\n",
  "byte_order_mark.py": Buffer.from("\ufeffB = 1\n"),
  "rot13.py": "# coding: rot13\nk = 1\n",
  "unknown_coding.py": "# coding: klingon\nk = 1\n",
  "utf16.py": Buffer.from("x=1\n", "utf16le"),
  "form_feed.py": "\fx = 1\n",
  "carriage_returns.py": "a = 1\rb = 2\r",
  "mixed_tabs.py": "if 1:\n\tx=1\n        y=2\n",
  "no_last_line.py": "x = 1",
  "nested.py": `x = ${"(".repeat(90)}1${")".repeat(90)}\n`,
  "negated.py": `x = ${"-".repeat(5000)}1\n`,
  "long_sum.py": `x = ${"1+".repeat(3000)}1\n`,
  "large_number.py": `x = ${"9".repeat(5000)}\n`,
  "sets.py": "def f(x):\n    return x in {'alpha', 'beta', 'gamma', 'delta', 1, 2.5, None, b'x', ('t', 'u')}\n",
  "floats.py": "x = 1e400\ny = -0.0\nz = 1e-320\nw = float('nan')\nv = 0.1j\nu = (1.0, 1, True, 0.0, -0.0, False)\n",
  "warns.py": "x = '\\d'\nassert (1, 'x')\nx is 1\n",
  "surrogate.py": "x = '\\ud800'\n",
  "asynchronous.py": "async def f():\n  async with a as b: yield b\n",
  "two.dots.py": "d = 1\n",
  "a.py/b.py": "B = 1\n",
  "UPPER.PY": "U = 1\n",
  ".hidden.py": "h = 1\n",
  "__pycache__.py": "p = 1\n",
  " .py": "s = 1\n",
};

/** Wheels that get in the way of whoever installs or compiles them. */
export const HOSTILE_WHEELS: readonly WheelOptions[] = [
  {
    name: "own-activate",
    version: "1.0",
    files: { "own_activate-1.0.data/data/bin/activate": "echo mine\n" },
  },
  {
    name: "own-marks",
    version: "1.0",
    files: {
      "own_marks-1.0.data/data/.gitignore": "mine\n",
      "own_marks-1.0.data/data/CACHEDIR.TAG": "mine\n",
    },
  },
  {
    name: "ends-python",
    version: "1.0",
    files: { "sitecustomize.py": "raise SystemExit(3)\n", "usercustomize.py": "raise SystemExit(4)\n" },
  },
  {
    name: "shadows-library",
    version: "1.0",
    files: Object.fromEntries(
      ["os.py", "marshal.py", "py_compile.py", "compileall.py", "encodings/__init__.py"].map((file) => [
        file,
        "raise SystemExit(5)\n",
      ]),
    ),
  },
  {
    name: "path-files",
    version: "1.0",
    files: {
      "runs.pth": "import os; open('/opt/venv/marker', 'w').write('x')\n",
      "not_text.pth": Buffer.from([0xff, 0xfe, 10]),
      "in_front.pth": "import sys; sys.path.insert(0, '/opt/venv/shadow')\n",
      "path_files-1.0.data/data/shadow/marshal.py": "raise SystemExit(9)\n",
      "path_files-1.0.data/data/shadow/importlib/__init__.py": "raise SystemExit(9)\n",
    },
  },
  {
    name: "odd-sources",
    version: "1.0",
    files: Object.fromEntries(Object.entries(SOURCES).map(([path, text]) => [`odd_sources/${path}`, text])),
  },
  {
    name: "odd-scripts",
    version: "1.0",
    files: Object.fromEntries(
      Object.entries({
        options: "#!python -E\nprint()\n",
        windowed: "#!pythonw\r\nprint()\r\n",
        by_env: "#!/usr/bin/env python\n",
        no_line: "#!python",
        "named.py": "#!python3\n",
        empty: "",
        spaced: "#! python\n",
        commented: "# !python\n",
        binary: ELF,
      }).map(([name, text]) => [`odd_scripts-1.0.data/scripts/${name}`, text]),
    ),
  },
  {
    name: "odd-entry-points",
    version: "1.0",
    files: {
      "odd_entry_points-1.0.dist-info/entry_points.txt":
        "[console_scripts]\na-b=odd_entry_points:main\nA-B=odd_entry_points:main\nnested=odd_entry_points:main.__call__\n\n; comment\n# comment\ntwice=odd_entry_points:main\n[gui_scripts]\ntwice=odd_entry_points:main\n",
    },
  },
  {
    name: "odd-metadata",
    version: "1.0",
    files: {
      "odd_metadata-1.0.dist-info/REQUESTED": "",
      "odd_metadata-1.0.dist-info/direct_url.json": "{}",
      "odd_metadata-1.0.dist-info/uv_cache.json": "{}",
      "odd_metadata-1.0.dist-info/licenses/L ICENSE": "l\n",
      "odd_metadata-1.0.dist-info/sboms/a.json": "{}",
    },
  },
  { name: "same-space-one", version: "1.0", files: { "same/__init__.py": EXTENDS_PATH, "same/one.py": "ONE = 1\n" } },
  {
    name: "same-space-two",
    version: "1.0",
    files: {
      "same/__init__.py": EXTENDS_PATH,
      "same/two.py": "TWO = 1\n",
      "same-nspkg.pth": "import sys, types, os\n",
    },
  },
  {
    name: "both-libraries",
    version: "1.0",
    files: {
      "both_libraries-1.0.data/purelib/pure.py": "P = 1\n",
      "both_libraries-1.0.data/platlib/plat.py": "P = 1\n",
      "both_libraries/_x.cpython-311-x86_64-linux-gnu.so": ELF,
      "both_libraries.libs/libz-12.so.1": "no library\n",
    },
  },
];

/** Versions of one package that follow each other in an environment, and packages that share files with it. */
export const SUCCESSORS: readonly WheelOptions[] = [
  {
    name: "grows",
    version: "1.0",
    scripts: { "grows-old": "grows:main", "grows-both": "grows:main" },
    files: {
      "grows/old.py": "O = 1\n",
      "grows/data.txt": "d",
      "grows_space/x/y/z.py": "Z = 1\n",
      "grows_module.py": "U = 1\n",
      "grows-1.0.data/data/share/grows/old.txt": "o",
      "grows-1.0.data/scripts/grows-script": "#!python\n",
      "grows-1.0.data/headers/grows.h": "h",
    },
  },
  {
    name: "grows",
    version: "2.0",
    scripts: { "grows-new": "grows:main", "grows-both": "grows:main" },
    files: { "grows/new.py": "N = 1\n" },
  },
  { name: "grows", version: "3.0", files: { grows_space: "now a file", "grows_module/__init__.py": "" } },
  { name: "shares-files", version: "1.0", files: { "shared/part.py": "PART = 1\n", "shared/deep/only.txt": "a" } },
  { name: "shares-files", version: "2.0", files: { "other.txt": "2" } },
  { name: "keeps-files", version: "1.0", files: { "shared/part.py": "PART = 1\n" } },
];
