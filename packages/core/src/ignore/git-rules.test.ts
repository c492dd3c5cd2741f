import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

const env = { PATH: process.env.PATH, HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };
const git = (at: string, ...args: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always", ...args], {
    cwd: folder.path(at),
    encoding: "utf8",
    env,
    stdio: "pipe",
  });
const ours = async (sourceRoot: string) =>
  (await folder.shipped({ sourceRoot, sourceCopyMode: "all" })).map((path) => path.slice("source/".length)).sort();
/** What git would have in a commit of everything: tracked and untracked files, those left out by rules not. */
const theirs = (at: string) =>
  git(at, "-c", "core.quotePath=false", "ls-files", "-co", "--exclude-standard").trim().split("\n").sort();

describe("git's rules", () => {
  it.each([
    ["rules above the source", { ".gitignore": ".env\n/src/private\n*.log\n!keep.log" }],
    ["the repository's own excludes", { ".git/info/exclude": ".env\nsrc/private/\n*.log" }],
    ["a nearer rule over a farther one", { ".gitignore": "*.log\n", "src/.gitignore": "!*.log\n.env" }],
    ["a nearer rule over the excludes", { ".git/info/exclude": "*.log", "src/deep/.gitignore": "!a.log" }],
    ["a rule for folders alone", { ".gitignore": "private/\ndeep/a.log/\n" }],
    ["a rule anchored in the middle", { ".gitignore": "src/deep/*.log\nprivate/*\n!private/keep" }],
    ["a rule with escapes and spaces", { ".gitignore": "\\#x\n#y\na\\ b\nc \nd\\ \n\\!z\n" }],
    ["a byte order mark and CRLF", { ".gitignore": "\ufeff*.log\r\n.env\r\n" }],
  ])("hold for %s", async (_, rules) => {
    folder.write({ "top.txt": "", "src/.env": "", "src/main.py": "", "src/private/a": "", "src/private/keep": "" });
    folder.write({ "src/a.log": "", "src/keep.log": "", "src/deep/a.log": "", "src/deep/b.txt": "" });
    folder.write({
      "src/#x": "",
      "src/#y": "",
      "src/a b": "",
      "src/c": "",
      "src/d ": "",
      "src/!z": "",
      "src/é.log": "",
    });
    git(".", "init", "-q");
    folder.write(rules);
    expect(await ours("src")).toEqual(theirs("src"));
  });

  it.each([
    ["as it is", []],
    ["of version 4", ["update-index", "--index-version", "4"]],
    ["that is split", ["update-index", "--split-index"]],
  ])("keep what is tracked in, by an index %s", async (_, command) => {
    folder.write({ "src/.env": "", "src/out/kept/a.py": "", "src/out/b.py": "", "src/main.py": "", "src/a.log": "" });
    git(".", "init", "-q");
    git(".", "add", "-A");
    git(".", "rm", "-q", "--cached", "src/a.log", "src/out/b.py");
    folder.write({ ".gitignore": ".env\nout/\n*.log" });
    if (command.length > 0) git(".", ...command);
    git(".", "add", "-N", "src/main.py");
    expect(await ours("src")).toEqual([".env", "main.py", "out/kept/a.py"]);
    expect(theirs("src")).toEqual(await ours("src"));
  });

  it("do not hold from the host's own excludes, nor against the folder that was named", async () => {
    folder.write({ "build/a.py": "", ".gitignore": "build/\n", "home/.config/git/ignore": "*.py" });
    git(".", "init", "-q");
    git(".", "config", "core.excludesFile", folder.path("home/.config/git/ignore"));
    expect(await ours("build")).toEqual(["a.py"]);
  });

  it("are those of each work tree: a clone inside, a submodule, one of several of a repository", async () => {
    folder.write({ "lib/a.py": "", "lib/b.log": "", "lib/.gitignore": "*.log" });
    git("lib", "init", "-q");
    git("lib", "add", "-A");
    git("lib", "commit", "-qm", "a");
    folder.write({ "app/main.py": "", "app/.gitignore": "*.tmp\na.py" });
    git("app", "init", "-q");
    git("app", "submodule", "add", "-q", folder.path("lib"), "sub");
    git("app", "add", "-A");
    git("app", "commit", "-qm", "a");
    folder.write({ "app/sub/x.tmp": "", "app/sub/y.log": "", "app/z.tmp": "" });
    git("lib", "clone", "-q", ".", folder.path("app/clone"));
    expect(await ours("app")).toEqual(
      [
        "clone/.gitignore",
        "clone/a.py",
        "main.py",
        "sub/.gitignore",
        "sub/a.py",
        "sub/x.tmp",
        ".gitignore",
        ".gitmodules",
      ].sort(),
    );
    git("app", "worktree", "add", "-q", folder.path("tree"));
    folder.write({ "app/.git/info/exclude": "secret", "tree/secret": "", "tree/q.tmp": "", "tree/new.py": "" });
    expect(await ours("tree")).toEqual([".gitignore", ".gitmodules", "main.py", "new.py"]);
  });

  it("tell of a submodule whose files are not there, and of contents that Git LFS keeps elsewhere", async () => {
    folder.write({ "lib/a.py": "" });
    git("lib", "init", "-q");
    git("lib", "add", "-A");
    git("lib", "commit", "-qm", "a");
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4".repeat(64)}\nsize 12345\n`;
    folder.write({
      "app/src/main.py": "",
      "app/src/model.bin": pointer,
      "app/src/no.bin": `${pointer}${"x".repeat(999)}`,
    });
    git("app", "init", "-q");
    git("app", "submodule", "add", "-q", folder.path("lib"), "src/sub");
    git("app", "submodule", "add", "-q", folder.path("lib"), "other");
    git("app", "add", "-A");
    git("app", "commit", "-qm", "a");
    const warnings = async (sourceRoot: string) =>
      (await folder.resolve({ sourceRoot, sourceCopyMode: "all" })).warnings;
    const ofModel = expect.stringContaining("Git LFS has not checked out 'model.bin': its pointer");
    expect(await warnings("app/src")).toEqual([ofModel]);
    git("app", "clone", "-q", ".", folder.path("clone"));
    const ofModule = expect.stringContaining("the submodule 'src/sub' is not checked out");
    expect(await warnings("clone/src")).toEqual([ofModule, ofModel]);
    // Told again, although its hash could be known by now.
    await new Promise((done) => setTimeout(done, 80));
    await warnings("clone/src");
    expect(await warnings("clone/src")).toEqual([ofModule, ofModel]);
  });

  it("hold for what a split index has no more, as for what it has anew", async () => {
    const names = Array.from({ length: 200 }, (_, at) => `src/${at}.log`);
    folder.write(Object.fromEntries(names.map((name) => [name, ""])));
    git(".", "init", "-q");
    git(".", "add", "-A");
    git(".", "update-index", "--split-index");
    git(".", "rm", "-q", "--cached", ...names.filter((_, at) => at % 3 === 0 || (at > 60 && at < 140)));
    folder.write({ ".gitignore": "*.log\n", "src/new.log": "" });
    git(".", "add", "-f", "src/new.log", "src/66.log");
    expect(await ours("src")).toEqual(theirs("src"));
    expect(await ours("src")).toHaveLength(82);
  });

  it("hold in a work tree whose repository is out of reach, and what it tracks is not known", async () => {
    folder.write({ "app/.gitignore": "*.log\n.env\n", "app/src/main.py": "", "app/src/kept.log": "" });
    git("app", "init", "-q");
    git("app", "add", "-f", "--all");
    git("app", "commit", "-qm", "a");
    git("app", "worktree", "add", "-q", folder.path("tree"));
    folder.write({ "tree/src/.env": "SECRET=1", "lib/src/a.py": "", "lib/src/.env": "", "lib/src/sub/x.log": "" });
    folder.write({ "lib/.gitignore": ".env\n", "lib/src/sub/.git": "gitdir: ../../../.git/modules/sub\n" });
    git("lib", "init", "-q");
    expect(await ours("tree/src")).toEqual(["kept.log", "main.py"]);
    rmSync(folder.path("app"), { recursive: true });
    const spec = { sourceRoot: "tree/src", sourceCopyMode: "all" } as const;
    expect(await ours("tree/src")).toEqual(["main.py"]);
    expect((await folder.resolve(spec)).warnings).toEqual([expect.stringContaining("cannot be read from")]);
    // A submodule: the rules above do not speak of what is in it.
    folder.write({ "lib/.gitignore": "*.log\n.env\n" });
    expect(await ours("lib/src")).toEqual(["a.py", "sub/x.log"]);
    expect((await folder.resolve({ ...spec, sourceRoot: "lib/src" })).warnings).toEqual([]);
  });

  it.each([
    ["cut", (index: Buffer) => index.subarray(0, 100)],
    ["of a later version", (index: Buffer) => Buffer.concat([index.subarray(0, 7), Buffer.of(9), index.subarray(8)])],
    ["anything else", () => Buffer.from("junk")],
  ])("tell where the index is %s and something is ignored", async (_, broken) => {
    folder.write({ "src/main.py": "", "src/a.log": "", "src/b.log": "" });
    git(".", "init", "-q");
    git(".", "add", "-A");
    writeFileSync(folder.path(".git/index"), broken(readFileSync(folder.path(".git/index"))));
    const { warnings } = await folder.resolve({ sourceRoot: "src", sourceCopyMode: "all" });
    expect(warnings).toEqual([]);
    folder.write({ ".gitignore": "*.log" });
    const told = await folder.resolve({ sourceRoot: "src", sourceCopyMode: "all" });
    expect(told.warnings).toEqual([expect.stringContaining("a tracked file that an ignore file names")]);
  });

  it("are not guessed where a sparse checkout leaves out an ignore file", async () => {
    folder.write({ "app/.gitignore": "*.log\n.env\n", "app/src/main.py": "", "app/src/deep/.gitignore": "x\n" });
    folder.write({ "app/src/deep/a.py": "", "app/other/b.py": "" });
    git("app", "init", "-q");
    git("app", "add", "-A");
    git("app", "commit", "-qm", "a");
    const spec = { sourceCopyMode: "all" } as const;
    const faults = (sourceRoot: string) => folder.faults({ ...spec, sourceRoot });
    const cloned = (name: string, ...patterns: string[]) => {
      git("app", "clone", "-q", "--no-checkout", ".", folder.path(name));
      git(name, "sparse-checkout", "set", "--no-cone", ...patterns);
      git(name, "checkout", "-q");
    };
    cloned("part", "src");
    // All that is shipped is tracked, so no rule matters.
    expect(await ours("part/src")).toEqual(["deep/.gitignore", "deep/a.py", "main.py"]);
    folder.write({ "part/src/.env": "SECRET=1", "part/src/more.log": "", "part/src/deep/x": "" });
    expect(await faults("part/src")).toEqual([
      ["sourceRoot", "hidden_ignore_file", expect.stringContaining("'.gitignore', which may exclude it")],
    ]);
    cloned("less", "/.gitignore", "/src/main.py", "/src/deep/a.py");
    folder.write({ "less/src/new.py": "", "less/src/.env": "" });
    expect(await ours("less/src")).toEqual(["deep/a.py", "main.py", "new.py"]);
    folder.write({ "less/src/deep/x": "" });
    expect(await faults("less")).toEqual([
      ["sourceRoot", "hidden_ignore_file", expect.stringContaining("'src/deep/.gitignore', which may")],
    ]);
    // An ignore file that somebody has deleted has no rules to git either.
    rmSync(folder.path("less/.gitignore"));
    rmSync(folder.path("less/src/deep/x"));
    expect(await ours("less")).toEqual(["src/.env", "src/deep/a.py", "src/main.py", "src/new.py"]);
  });

  it("give the tag of a clean checkout", async () => {
    folder.write({ "app/.gitignore": ".env\nout/\n", "app/src/main.py": "x", "app/src/run.sh": "y" });
    git("app", "init", "-q");
    git("app", "add", "-A");
    git("app", "commit", "-qm", "a");
    git("app", "clone", "-q", ".", folder.path("clean"));
    folder.write({ "app/src/.env": "hunter2", "app/src/out/a": "", "app/src/old/__pycache__/a.pyc": "" });
    mkdirSync(folder.path("app/src/empty/deep"), { recursive: true });
    const of = async (sourceRoot: string) =>
      (await folder.resolve({ sourceRoot, sourceCopyMode: "all" })).content.files;
    expect(await of("app/src")).toEqual(await of("clean/src"));
  });

  it("take a long pattern in no time", async () => {
    const name = "a".repeat(200);
    folder.write({ [`src/${name}`]: "", "src/.gitignore": `${"*a".repeat(40)}b\n${"**/".repeat(12)}x\n` });
    const started = performance.now();
    expect(await ours("src")).toContain(name);
    renameSync(folder.path("src/.gitignore"), folder.path("src/.dockerignore"));
    expect(await ours("src")).toContain(name);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("files that are not regular files", () => {
  const fifo = (path: string) => execFileSync("mkfifo", [folder.path(path)]);
  it.each([
    ["src/.gitignore", { sourceRoot: "src" }, "sourceRoot"],
    ["src/.dockerignore", { sourceRoot: "src" }, "sourceRoot"],
    ["r.txt", { requirements: "r.txt" }, "requirements"],
    ["uv.lock", { requirements: "uv.lock" }, "requirements"],
    ["secret", { pipSecretMounts: [["secret", "/s"] as const] }, "pipSecretMounts.0"],
    ["config.json", { registryConfig: "config.json" }, "registryConfig"],
  ])("are refused as %s and not waited for", async (path, parameters, parameter) => {
    folder.write({ "src/a.py": "", "pyproject.toml": "" });
    fifo(path);
    expect(await folder.faults(parameters)).toEqual([[parameter, "not_a_file", expect.stringContaining(path)]]);
    rmSync(folder.path(path));
    mkdirSync(folder.path(path));
    // Git takes no folder for its rules; everybody else says what is there.
    if (path !== "src/.gitignore") expect(await folder.faults(parameters)).toHaveLength(1);
  });
});

it.each(["commondir", "index", "config", "info/exclude"])("waits for no pipe in place of git's %s", async (name) => {
  folder.write({
    "src/a.py": "",
    "src/b.py": "",
    "src/.gitignore": "b.py",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/info/x": "",
  });
  execFileSync("mkfifo", [folder.path(`.git/${name}`)]);
  expect(await folder.shipped({ sourceRoot: "src" })).toEqual(["source/a.py"]);
});

it("leaves the files out that the spec was read from", async () => {
  folder.write({ "app/imagespec.yaml": "", "app/main.py": "", "app/imagespec.py": "" });
  const { ImageSpec } = await import("../image-spec/image-spec.ts");
  const { resolveSpec } = await import("../resolve/resolve-spec.ts");
  const root = folder.path("app");
  const shipped = async (specFiles: string[], parameters: object) => {
    const spec = ImageSpec.parse(parameters, { root, specFiles }).withCommands("true");
    const { files } = await resolveSpec(spec, { env: {}, cacheDir: folder.cacheDir });
    return files.filter(({ type }) => type === "file").map(({ path }) => path.replace(/^\w+\//, ""));
  };
  const all = { source_root: ".", source_copy_mode: "all" };
  expect(await shipped([folder.path("app/imagespec.yaml")], all)).toEqual(["imagespec.py", "main.py"]);
  expect(await shipped([folder.path("app/imagespec.py")], { source_root: "." })).toEqual(["main.py"]);
  expect(await shipped([folder.path("app/imagespec.yaml")], { copy: ["."] })).toEqual(["imagespec.py", "main.py"]);
  expect(await shipped([folder.path("app/imagespec.yaml")], { copy: ["imagespec.yaml"] })).toEqual(["imagespec.yaml"]);
});
