import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bashScript } from "../../packages/cli/src/completion/bash-script.ts";
import { completionWords } from "../../packages/cli/src/completion/completion-words.ts";
import { fishScript } from "../../packages/cli/src/completion/fish-script.ts";
import { zshScript } from "../../packages/cli/src/completion/zsh-script.ts";
import { ensurePackages } from "../../scripts/services/apt.ts";

await ensurePackages({ zsh: "zsh", fish: "fish" });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "completion-"));
  await writeFile(join(folder, "a spec.yaml"), "");
  await writeFile(join(folder, "other.yaml"), "");
  await mkdir(join(folder, "sources"));
  await writeFile(join(folder, "script.bash"), bashScript(completionWords()));
  await writeFile(join(folder, "_imagespec"), zshScript(completionWords()));
  await writeFile(join(folder, "script.fish"), fishScript(completionWords()));
});
afterAll(() => rm(folder, { recursive: true }));

/** What bash offers after these words, the last one unfinished. */
async function bash(words: string[]): Promise<string[]> {
  const script = `set -u; source ./script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _imagespec
    for one in \${COMPREPLY[@]+"\${COMPREPLY[@]}"}; do printf '%s\\n' "$one"; done`;
  const args = ["--norc", "--noprofile", "-c", script, "bash", "imagespec", ...words];
  return lines((await promisify(execFile)("bash", args, { cwd: folder })).stdout);
}

async function fish(words: string[]): Promise<string[]> {
  const text = `imagespec ${words.join(" ")}`;
  const args = ["--no-config", "-c", `source script.fish; complete -C '${text}'`];
  const { stdout } = await promisify(execFile)("fish", args, { cwd: folder, env: { ...process.env, HOME: folder } });
  return lines(stdout).map((line) => line.split("\t")[0] ?? "");
}

/**
 * zsh completes on a terminal alone: one is made for it, Ctrl-D pressed, which lists what Tab would choose from. It is
 * pressed once the line editor reads: before, the terminal itself takes Ctrl-D for the end of the input.
 */
async function zsh(words: string[], awaited: string): Promise<string> {
  const script = `zmodload zsh/zpty
    zpty -b inner zsh -f -i
    say() { zpty -w inner "$1" }
    say "PROMPT=; stty -echo cols 200; fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=0; cd ${folder}"
    say "zle-line-init() { print -r R''EADY }; zle -N zle-line-init"
    zpty -r -m inner seen '*READY*'
    zpty -w -n inner $'${`imagespec ${words.join(" ")}`}\\004'
    integer tries=0; local all= part=
    while (( tries++ < 150 )) && [[ $all != *$1* ]]; do
      sleep 0.1
      while zpty -r -t inner part; do all+=$part; done
    done
    print -r -- "$all"`;
  const { stdout } = await promisify(execFile)("zsh", ["-f", "-c", script, "zsh", awaited], {
    cwd: folder,
    env: { ...process.env, HOME: folder, TERM: "dumb" },
    timeout: 30_000,
  });
  return stdout;
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

describe("bash", () => {
  it.each<[string[], string[]]>([
    [["bui"], ["build", "builders"]],
    [
      ["build", "--on-unknown", ""],
      ["build", "fail", "assume"],
    ],
    [["build", "--pu"], ["--push"]],
    [["tag", "--pu"], []],
    [["build", "--root", ""], ["sources"]],
    [["build", "a"], ["a spec.yaml"]],
    [["resolve", "--manifest", "o"], ["other.yaml"]],
    [["help", "ta"], ["tag"]],
    [["build", "--id", "x"], []],
  ])("%j", async (words, offered) => {
    expect(await bash(words)).toEqual(offered);
  });

  it("offers every command, and every option of each", async () => {
    for (const { name, options } of completionWords()) {
      expect(await bash([""])).toContain(name);
      expect(await bash([name, "--"])).toEqual([...options.map(({ flag }) => flag), "--help"]);
    }
  });
});

describe("fish", () => {
  it.each<[string[], string[]]>([
    [["bui"], ["build", "builders"]],
    [["build", "--on-unknown", "f"], ["fail"]],
    [["build", "--pus"], ["--push"]],
    [["tag", "--pus"], []],
    [["build", "oth"], ["other.yaml"]],
    [["resolve", "--manifest", "oth"], ["other.yaml"]],
  ])("%j", async (words, offered) => {
    expect(await fish(words)).toEqual(offered);
  });
});

describe("zsh", () => {
  it("completes commands, options and their values", async () => {
    expect(await zsh(["bui"], "list the installed")).toMatch(/builders\s+-- list the installed/);
    expect(await zsh(["build", "--on-unknown", "f"], "fail")).toMatch(/fail/);
    expect(await zsh(["build", "--p"], "push the image")).toMatch(/--push\s+-- push the image/);
    expect(await zsh(["build", "oth"], "other.yaml")).toMatch(/other\.yaml/);
  }, 120_000);
});
