import type { Case } from "./case.ts";

const GIT = [
  ["git", "init", "-q"],
  ["git", "add", "-f", "src/tracked.log"],
];

/** What is laid into the image. */
export const FILE_CASES: readonly Case[] = [
  {
    says: "sources with modes, links, odd names and empty leftovers, and copies over them",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all", copy: ["data", "conf/settings.json"] },
      files: {
        "src/main.py": "print('main')\n",
        "src/bin/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
        "src/private.txt": { text: "owner\n", mode: 0o600 },
        "src/shared.txt": { text: "all\n", mode: 0o666 },
        "src/set.sh": { text: "#!/bin/sh\n", mode: 0o4711 },
        "src/naïve name #1.txt": "kept\n",
        "src/quote \"'$HOME`.txt": "kept\n",
        "src/-dash": "kept\n",
        "src/.hidden/file": "kept\n",
        "src/link": { link: "bin/run.sh" },
        "src/folder-link": { link: "bin" },
        "src/dangling": { link: "not/there" },
        "src/old/__pycache__/x.pyc": "never\n",
        "src/left/over": { folder: true },
        "src/.venv/pyvenv.cfg": "never\n",
        "src/data/from-source.txt": "source\n",
        "data/deep/er/file.txt": "copied\n",
        "conf/settings.json": "{}\n",
      },
    }),
    ends: "built",
  },
  {
    says: "links that lead to themselves, at once or in a circle, among other files",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all", copy: ["data"] },
      files: {
        "src/main.py": "",
        "src/self": { link: "self" },
        "src/deep/er/x.log": { link: "./x.log" },
        "data/one": { link: "two" },
        "data/two": { link: "one" },
        "data/there": "",
      },
    }),
    ends: "built",
  },
  {
    says: "files over a base with links that lead to themselves, through a file, or to a name that is too long",
    base: () => ({
      parameters: {
        commands: ["cd /srv && ln -s self self && ln -s ../etc/passwd/x through", `ln -s ${"x".repeat(256)} /etc/long`],
      },
    }),
    spec: ({ base }) => ({
      parameters: { baseImage: base, sourceRoot: "src" },
      files: { "src/main.py": "", "src/deep/er.py": "" },
    }),
    ends: "built",
  },
  {
    says: "git's ignore files of every level, and a tracked file that one of them names",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all" },
      files: {
        ".gitignore": ".env\n*.log\n/build/\n",
        "src/.gitignore": "!keep.log\n/local\n",
        "src/.env": "SECRET=1\n",
        "src/main.py": "print()\n",
        "src/keep.log": "kept\n",
        "src/gone.log": "gone\n",
        "src/tracked.log": "tracked\n",
        "src/local/x": "gone\n",
        "src/only-ignored/a.log": "gone\n",
        "src/build/x": "kept: the rule names another build\n",
      },
      prepare: GIT,
    }),
    ends: "built",
  },
  {
    says: "an ignore file in docker's words, with many stars",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all" },
      files: {
        "src/.dockerignore": `**/*.log\n!**/keep.log\n${"**/".repeat(12)}x\n*a*a*a*a*b\nsecret?\n`,
        [`src/${"a".repeat(60)}`]: "kept\n",
        "src/deep/keep.log": "kept\n",
        "src/deep/gone.log": "gone\n",
        "src/secret1": "gone\n",
        "src/.gitignore": "deep\n",
      },
    }),
    ends: "built",
  },
  {
    says: "the default mode, with links to modules and to a package",
    spec: () => ({
      parameters: { sourceRoot: "src" },
      files: {
        "src/app/__init__.py": "",
        "src/app/part.py": "PART = 1\n",
        "src/app/data.txt": "not a module\n",
        "src/alias": { link: "app" },
        "src/again.py": { link: "app/part.py" },
      },
    }),
    ends: "built",
  },
  {
    says: "a link that leads out of the sources, and stays a link",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all" },
      files: { "src/main.py": "", "src/out": { link: "../beside.txt" }, "beside.txt": "out\n" },
    }),
    ends: "built",
  },
  {
    says: "sources and copies over links of the base",
    base: () => ({
      parameters: {
        commands: [
          "mkdir -p /srv/folder /root/deep && echo base > /srv/target",
          "cd /root && ln -s /srv/target linked.txt && ln -s /srv/target 'deep/a b.txt' && ln -s /none dangling.txt",
          "cd /root && ln -s /srv/folder folder && ln -s old link && ln -s /srv/target kept",
        ],
      },
    }),
    spec: ({ base }) => ({
      parameters: { baseImage: base, sourceRoot: "src", sourceCopyMode: "all", copy: ["data.txt"] },
      files: {
        "src/linked.txt": "shipped\n",
        "src/deep/a b.txt": "shipped\n",
        "src/dangling.txt": "shipped\n",
        "src/folder": "shipped\n",
        "src/link": { link: "new" },
        "data.txt": "shipped\n",
      },
    }),
    ends: "built",
  },
  {
    says: "a file of the sources where copy has a folder",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all", copy: ["data"] },
      files: { "src/data": "a file\n", "data/inner.txt": "a folder\n" },
    }),
    ends: "E_INPUT_FILE",
  },
  {
    says: "a file name that other systems read as a path",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all" },
      files: { "src/back\\slash.py": "" },
    }),
    ends: "E_INPUT_FILE",
  },
  {
    says: "a copy that is not there",
    spec: () => ({ parameters: { copy: ["nowhere.txt"] } }),
    ends: "E_INPUT_FILE",
  },
  {
    says: "an ignore file that is not a regular file",
    spec: () => ({
      parameters: { sourceRoot: "src", sourceCopyMode: "all" },
      files: { "src/main.py": "" },
      prepare: [["mkfifo", "src/.dockerignore"]],
    }),
    ends: "E_INPUT_FILE",
  },
];
