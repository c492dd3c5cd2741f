import { execFileSync } from "node:child_process";
import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imagespec } from "../support/imagespec-cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const SPEC = `# order of keys does not matter
registry: ghcr.io/team
name: identity
platform: linux/amd64
packages: [numpy==2.1.0]
requirements: requirements.txt
env: { B: "2", A: "it's $HOME" }
source_root: src
source_copy_mode: all
copy: [data]
commands: [date]
`;

const FILES = {
  "imagespec.yaml": SPEC,
  "requirements.txt": "-r more/other.txt\nrequests\n",
  "more/other.txt": "flask\n",
  "src/train.py": "print('a')\n",
  "src/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  "src/ignored.log": "noise\n",
  "src/.gitignore": "*.log\n",
  "src/Ünïcode näme.txt": "x\n",
  "src/a/b.txt": "b\n",
  "src/link": { link: "a/b.txt" },
  "data/one.bin": "\u0000\u0001",
};

let folder: TemporaryFolder;
let tag = "";
beforeAll(async () => {
  folder = await temporaryFolder(FILES);
  tag = await tagIn(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The tag by the CLI, in a process of its own with a cache of its own. */
async function tagIn(path: string, env: Record<string, string | undefined> = {}, file?: string): Promise<string> {
  const cache = join(folder.path, ".imagespec-cache");
  const result = await imagespec(file === undefined ? ["tag"] : ["tag", file], {
    cwd: path,
    env: { IMAGESPEC_CACHE_DIR: cache, ...env },
  });
  expect(result, result.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[a-z2-7]{26}\n$/) });
  return result.stdout.trim();
}

describe("the tag does not depend on", () => {
  test("the time zone, the locale or the user's variables", async () => {
    const zone = { TZ: "Pacific/Kiritimati", LC_ALL: "C", LANG: "C" };
    expect(await tagIn(folder.path, zone)).toBe(tag);
    expect(await tagIn(folder.path, { TZ: "America/St_Johns", LC_ALL: "tr_TR.UTF-8", SOURCE_DATE_EPOCH: "1" })).toBe(
      tag,
    );
    expect(await tagIn(folder.path, { HOME: "/nonexistent", PYTHONPATH: "/x", UV_INDEX_URL: "http://x" })).toBe(tag);
  });

  test("the folder it is in, the current folder, or the umask and times of the files", async () => {
    await using elsewhere = await temporaryFolder();
    const copy = join(elsewhere.path, "copied here");
    execFileSync("sh", ["-c", 'umask 077; cp -r "$0" "$1"', folder.path, copy]);
    await rm(join(copy, ".imagespec-cache"), { recursive: true, force: true });
    await utimes(join(copy, "src/train.py"), 1, 1);
    expect(await tagIn(copy)).toBe(tag);
    expect(await tagIn("/", {}, join(copy, "imagespec.yaml"))).toBe(tag);
  });

  test("the order of keys, the spelling of paths and names, or the format of the spec file", async () => {
    const json = {
      commands: ["date"],
      copy: ["data/"],
      sourceCopyMode: "all",
      sourceRoot: "./src",
      env: { A: "it's $HOME", B: "2" },
      requirements: "./requirements.txt",
      packages: ["numpy==2.1.0"],
      platform: "linux/amd64",
      name: "Identity",
      registry: "ghcr.io/team",
    };
    await writeFile(join(folder.path, "other.json"), JSON.stringify(json));
    expect(await tagIn(folder.path, {}, "other.json")).toBe(tag);
  });

  test("where it is pushed, who builds it, what it is given at run time, or what is ignored", async () => {
    const spec = `${SPEC.replace("ghcr.io/team", "docker.io/other")}builder: kaniko\nruntime_packages: [ipdb]\n`;
    await writeFile(join(folder.path, "steered.yaml"), spec);
    await writeFile(join(folder.path, "src/ignored.log"), "other noise\n");
    await mkdir(join(folder.path, "src/__pycache__"), { recursive: true });
    await writeFile(join(folder.path, "src/__pycache__/train.cpython-312.pyc"), "cache");
    expect(await tagIn(folder.path, { FLYTE_FORCE_PUSH_IMAGE_SPEC: "true" }, "steered.yaml")).toBe(tag);
  });
});

describe("the tag changes with", () => {
  const changes: [string, (path: string) => Promise<void>][] = [
    ["one byte of a source", (path) => writeFile(join(path, "src/train.py"), "print('b')\n")],
    ["one byte of a copied file", (path) => writeFile(join(path, "data/one.bin"), "\u0000\u0002")],
    [
      "one byte of a requirements file that another names",
      (path) => writeFile(join(path, "more/other.txt"), "flask \n"),
    ],
    ["the name of a file", (path) => rename(join(path, "src/a/b.txt"), join(path, "src/a/c.txt"))],
    ["where a file lies", (path) => rename(join(path, "src/a/b.txt"), join(path, "src/ab.txt"))],
    ["an execute bit set", (path) => chmod(join(path, "src/train.py"), 0o755)],
    ["an execute bit taken", (path) => chmod(join(path, "src/run.sh"), 0o644)],
    [
      "the target of a link",
      async (path) => {
        await rm(join(path, "src/link"));
        await symlink("train.py", join(path, "src/link"));
      },
    ],
    [
      "a link that becomes a file of the same content",
      async (path) => {
        await rm(join(path, "src/link"));
        await writeFile(join(path, "src/link"), "b\n");
      },
    ],
    ["an empty file more", (path) => writeFile(join(path, "src/new.py"), "")],
    ["an ignore file", (path) => writeFile(join(path, "src/.gitignore"), "*.txt\n*.log\n")],
    ["a value in the spec", (path) => writeFile(join(path, "imagespec.yaml"), SPEC.replace('B: "2"', 'B: "3"'))],
    ["a command more", (path) => writeFile(join(path, "imagespec.yaml"), SPEC.replace("[date]", "[date, id]"))],
  ];
  test.each(changes)("%s", async (_what, change) => {
    await using copy = await temporaryFolder(FILES);
    expect(await tagIn(copy.path)).toBe(tag);
    await change(copy.path);
    const changed = await tagIn(copy.path);
    expect(changed).not.toBe(tag);
    // The cache of hashes has seen the file before and must notice the change.
    expect(await tagIn(copy.path)).toBe(changed);
  });
});
