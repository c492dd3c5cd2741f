import type { SourceOptions, WheelOptions } from "@imagespec/testkit";

const SCRIPT = "#!python\nimport sys\nprint(sys.prefix)\n";

/** A wheel with every kind of member the format knows (PyPA binary distribution format). */
const dataFiles = (): WheelOptions => {
  const data = "data_files-1.0.data";
  return {
    name: "data-files",
    version: "1.0",
    files: {
      [`${data}/data/share/data-files/read me.txt`]: "shared\n",
      [`${data}/data/etc/data-files.conf`]: "[data]\n",
      [`${data}/data/lib64/data-files.txt`]: "through a link\n",
      [`${data}/scripts/data-script`]: SCRIPT,
      [`${data}/scripts/shell-script`]: "#!/bin/sh\necho shell\n",
      [`${data}/headers/data_files.h`]: "#define DATA 1\n",
      [`${data}/purelib/pure_part.py`]: "PART = 'pure'\n",
      [`${data}/platlib/plat_part.py`]: "PART = 'plat'\n",
      "data_files-1.0.dist-info/INSTALLER": "whoever packed it\n",
    },
  };
};

/** What the index of these tests holds: small wheels, each odd in its own way. */
export const WHEELS: readonly (WheelOptions | SourceOptions)[] = [
  { name: "plain-one", version: "1.0", requires: ["plain-two"], scripts: { "plain-one": "plain_one:main" } },
  { name: "plain-two", version: "1.0" },
  { name: "plain-two", version: "2.0" },
  { name: "plain-two", version: "3.0rc1" },
  { name: "newest-as-source", version: "1.0" },
  { name: "newest-as-source", version: "2.0", source: "" },
  { name: "needs-newest", version: "1.0", requires: ["newest-as-source"] },
  dataFiles(),
  { name: "space-one", version: "1.0", files: { "space/one/__init__.py": "ONE = 1\n" } },
  { name: "space-two", version: "1.0", files: { "space/two/__init__.py": "TWO = 2\n" } },
  {
    name: "empty-folders",
    version: "1.0",
    files: { "empty_folders/nothing/": "", "empty_folders/deep/": "", "empty_folders/deep/er/": "" },
  },
  {
    name: "shipped-bytecode",
    version: "1.0",
    files: {
      "shipped_bytecode/part.py": "PART = 1\n",
      "shipped_bytecode/__pycache__/part.cpython-311.pyc": Buffer.alloc(32, 7),
      "shipped_bytecode/__pycache__/gone.cpython-38.pyc": Buffer.alloc(32, 8),
      "shipped_bytecode/__pycache__/inner.py": "INNER = 1\n",
      "shipped_bytecode/__pycache__/notes.txt": "no bytecode\n",
      "shipped_bytecode/__pycache__/__pycache__/inner.cpython-311.pyc": Buffer.alloc(32, 6),
      "shipped_bytecode/broken.py": "def (:\n",
      "shipped_bytecode/__pycache__/broken.cpython-311.pyc": Buffer.alloc(32, 5),
      "shipped_bytecode/current/part.py": "PART = 1\n",
      // Its head says that it is of this very source (PEP 552).
      "shipped_bytecode/current/__pycache__/part.cpython-311.pyc": Buffer.from(
        "a70d0d0a030000007dd604cde4e1136600",
        "hex",
      ),
      "shipped_bytecode/alone.pyc": Buffer.alloc(32, 9),
    },
  },
  {
    name: "odd-names",
    version: "1.0",
    files: {
      "odd_names/naïve ☃.txt": "unicode\n",
      "odd_names/a b#c.txt": "blank and hash\n",
      'odd_names/comma, "quoted".txt': "csv\n",
      "odd_names/$HOME.txt": "dollar\n",
      "odd_names/-dash.py": "DASH = 1\n",
      "odd_names/not a module.py": "NAME = 'no identifier'\n",
      "odd_names/broken.py": "def (:\n",
      "odd_names/empty.py": "",
      "odd_names/latin.py": Buffer.from("# -*- coding: latin-1 -*-\nTEXT = 'caf\xe9'\n", "latin1"),
      "odd_names/dos.py": "DOS = 1\r\nLINE = 2\r\n",
    },
  },
  {
    name: "gui-script",
    version: "1.0",
    files: {
      "gui_script-1.0.dist-info/entry_points.txt":
        "[console_scripts]\nconsole.part = gui_script:main [extra]\nnäme=gui_script : main\n\n[gui_scripts]\ngui-script = gui_script:main\n\n[other.group]\nx = y:z\n",
    },
  },
  { name: "shared-path-one", version: "1.0", files: { "shared_path/part.py": "PART = 1\n" } },
  { name: "shared-path-two", version: "1.0", files: { "shared_path/part.py": "PART = 1\n" } },
  { name: "both-have-one", version: "1.0", files: { "both_have/part.py": "PART = 1\n" } },
  { name: "both-have-two", version: "1.0", files: { "both_have/part.py": "PART = 2\n" } },
  {
    name: "brings-config",
    version: "1.0",
    files: { "brings_config-1.0.data/data/pyvenv.cfg": "home = /nowhere\n" },
  },
  { name: "called-python", version: "1.0", scripts: { python: "called_python:main", python3: "called_python:main" } },
  {
    name: "two-contents",
    version: "1.0",
    files: { "two_contents-1.0.data/purelib/place.py": "PLACE = 1\n", "place.py": "PLACE = 2\n" },
  },
  { name: "has-file", version: "1.0", files: { either: "a file\n" } },
  { name: "has-folder", version: "1.0", files: { "either/part.py": "PART = 1\n" } },
  { name: "white-out", version: "1.0", files: { "white_out/.wh.__init__.py": "" } },
  { name: "Mixed.Case_Name", version: "1.0", scripts: { Mixed: "Mixed_Case_Name:main" } },
  { name: "long-version", version: "1!2.0.post3+local.1" },
  {
    name: "by-marker",
    version: "1.0",
    requires: ["plain-two<2; python_version >= '3'", "nowhere; python_version < '3'"],
  },
];

/** What another index holds, beside it. */
export const MORE_WHEELS: readonly WheelOptions[] = [{ name: "only-here", version: "3.0" }];
