import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe("sources and copies", () => {
  const tree = {
    "src/main.py": "print()",
    "src/pkg/mod.py": "x = 1",
    "src/pkg/data.json": "{}",
    "src/pkg/__pycache__/mod.pyc": "",
    "src/.git/config": "",
    "src/node_modules/x.py": "",
    "src/.venv/lib.py": "",
    "src/empty.txt": "",
  };

  it("refuses names that delete files in an image, for every builder", async () => {
    folder.write({ "src/.wh.a": "", "src/.wh.b/c": "", "src/d": "", "copied/.wh..wh..opq": "" });
    const parameters = { sourceRoot: "src", sourceCopyMode: "all", copy: ["copied"] } as const;
    expect(await folder.faults(parameters)).toEqual([
      ["sourceRoot", "whiteout", expect.stringContaining("'.wh.a'")],
      ["sourceRoot", "whiteout", expect.stringContaining("'.wh.b/c'")],
      ["copy", "whiteout", expect.stringContaining("'copied/.wh..wh..opq'")],
    ]);
  });

  it("ships modules alone by default, everything with all, nothing with none", async () => {
    folder.write(tree);
    expect(await folder.shipped({ sourceRoot: "src" })).toEqual(["source/main.py", "source/pkg/mod.py"]);
    expect(await folder.shipped({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual([
      "source/empty.txt",
      "source/main.py",
      "source/pkg/data.json",
      "source/pkg/mod.py",
    ]);
    expect(await folder.resolve({ sourceRoot: "src", sourceCopyMode: "none" })).toMatchObject({ files: [] });
    expect((await folder.resolve({ sourceRoot: "src", sourceCopyMode: "none" })).content.trees).toBeUndefined();
  });

  it("lists folders before what is in them, by bytes", async () => {
    folder.write({
      "src/b.py": "",
      "src/a/b.py": "",
      "src/a-b.py": "",
      "src/B.py": "",
      "src/é.py": "",
      "src/\u{1f600}.py": "",
      "src/\uff5e.py": "",
    });
    const { files } = await folder.resolve({ sourceRoot: "src" });
    expect(files.map(({ path }) => path)).toEqual(
      ["", "/B.py", "/a", "/a-b.py", "/a/b.py", "/b.py", "/é.py", "/\uff5e.py", "/\u{1f600}.py"].map(
        (path) => `source${path}`,
      ),
    );
    expect(files.find(({ path }) => path === "source/a")).toEqual({ type: "directory", path: "source/a", mode: 0o755 });
  });

  it("obeys .dockerignore as moby does, and then no .gitignore", async () => {
    folder.write({ ...tree, "src/.dockerignore": "pkg\n!pkg/mod.py\n.dockerignore", "src/.gitignore": "main.py" });
    expect(await folder.shipped({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual([
      "source/.gitignore",
      "source/empty.txt",
      "source/main.py",
      "source/pkg/mod.py",
    ]);
    expect(await folder.shipped({ sourceRoot: "src" })).toEqual(["source/main.py", "source/pkg/mod.py"]);
    folder.write({ "src/.dockerignore": "a\n[x" });
    await expect(folder.resolve({ sourceRoot: "src" })).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringMatching(/\.dockerignore:2: '\[x'/),
    });
  });

  it("obeys .gitignore files as git does", async () => {
    folder.write({
      ...tree,
      "src/.gitignore": "*.txt\n/pkg/data.json\nout/\n!keep.txt\n*.log",
      "src/keep.txt": "",
      "src/out/x.py": "",
      "src/pkg/.gitignore": "!*.log\nmod.py",
      "src/pkg/a.log": "",
      "src/a.log": "",
      "src/pkg/deep/b.log": "",
      "src/pkg/deep/mod.py": "",
    });
    const ours = (await folder.shipped({ sourceRoot: "src", sourceCopyMode: "all" })).map((path) =>
      path.slice("source/".length),
    );
    rmSync(folder.path("src/.git"), { recursive: true });
    for (const left of ["node_modules", ".venv", "pkg/__pycache__"])
      rmSync(folder.path("src", left), { recursive: true });
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder.path("src"), encoding: "utf8" });
    git("init", "-q");
    const theirs = git("-c", "core.excludesFile=", "ls-files", "-co", "--exclude-standard").trim().split("\n").sort();
    expect(ours).toEqual(theirs);
    expect(ours).toContain("pkg/a.log");
    expect(ours).not.toContain("pkg/deep/mod.py");
  });

  it("keeps modes as git does and links as links", async () => {
    folder.write({ "src/run.sh": "", "src/a.txt": "", "src/odd": "" });
    chmodSync(folder.path("src/run.sh"), 0o700);
    chmodSync(folder.path("src/a.txt"), 0o666);
    chmodSync(folder.path("src/odd"), 0o6655);
    symlinkSync("a.txt", folder.path("src/inside"));
    symlinkSync("/etc/passwd", folder.path("src/outside"));
    symlinkSync("loop", folder.path("src/loop"));
    const { files, warnings, content } = await folder.resolve({ sourceRoot: "src", sourceCopyMode: "all" });
    expect(
      Object.fromEntries(files.map((file) => [file.path, file.type === "symlink" ? file.link : file.mode])),
    ).toEqual({
      source: 0o755,
      "source/run.sh": 0o755,
      "source/a.txt": 0o644,
      "source/odd": 0o644,
      "source/inside": "a.txt",
      "source/outside": "/etc/passwd",
      "source/loop": "loop",
    });
    expect(warnings).toEqual([expect.stringContaining("'outside'")]);
    expect(content.files).toContainEqual(["source/inside", "symlink", "0777", "a.txt"]);
  });

  it("leaves special files out with a warning and refuses names no other machine can have", async () => {
    folder.write({ "src/a.py": "" });
    execFileSync("mkfifo", [folder.path("src/pipe")]);
    const server = createServer();
    await new Promise<void>((ready) => server.listen(folder.path("src/socket"), ready));
    const { files, warnings } = await folder.resolve({ sourceRoot: "src", sourceCopyMode: "all" });
    await new Promise((closed) => server.close(closed));
    expect(files.map(({ path }) => path)).toEqual(["source", "source/a.py"]);
    expect(warnings.sort()).toEqual([
      expect.stringContaining("'pipe' is left out"),
      expect.stringContaining("'socket' is left out"),
    ]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder.root}/src/`), Buffer.from([0x62, 0xff, 0x2e, 0x70, 0x79])]), "");
    folder.write({ "src/a\\b": "" });
    expect(await folder.faults({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual(
      expect.arrayContaining([
        ["sourceRoot", "name_not_utf8", expect.stringContaining("b\\xff.py")],
        ["sourceRoot", "name_backslash", expect.stringContaining("a\\b")],
      ]),
    );
  });

  it("warns of names that clash elsewhere", async () => {
    folder.write({ "src/A.py": "", "src/a.py": "", "src/caf\u00e9.py": "", "src/cafe\u0301.py": "" });
    expect((await folder.resolve({ sourceRoot: "src" })).warnings).toHaveLength(2);
  });

  it("copies by path, obeying no ignore file, after the sources", async () => {
    folder.write({
      "data/a.bin": "1",
      "data/.git/x": "",
      "data/.dockerignore": "*",
      "node_modules/x.js": "",
      "one.txt": "",
    });
    const { files, content } = await folder.resolve({
      copy: ["./data/", "one.txt", "node_modules", "data/a.bin"],
      sourceRoot: "data",
    });
    expect(files.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "copy/data/.dockerignore",
      "copy/data/a.bin",
      "copy/node_modules/x.js",
      "copy/one.txt",
    ]);
    expect(content.trees).toEqual(["source", "copy"]);
    expect((await folder.shipped({ copy: ["."] })).filter((path) => path.includes("one"))).toEqual(["copy/one.txt"]);
  });

  it("refuses copies that lead out through links", async () => {
    folder.write({ "dir/a": "", "in/b": "" });
    symlinkSync("/etc/passwd", folder.path("passwd"));
    symlinkSync(tmpdir(), folder.path("tmp"));
    symlinkSync("../../x", folder.path("dir/up"));
    symlinkSync("../in/b", folder.path("dir/fine"));
    expect(await folder.faults({ copy: ["passwd"] })).toEqual([
      ["copy", "link_out", expect.stringContaining("'/etc/passwd'")],
    ]);
    expect(await folder.faults({ copy: ["dir"] })).toEqual([["copy", "link_out", expect.stringContaining("dir/up")]]);
    expect(await folder.faults({ copy: ["tmp/x"] })).toEqual([
      ["copy.0", "link_out", expect.stringContaining("tmp/x")],
    ]);
    rmSync(folder.path("dir/up"));
    expect(await folder.shipped({ copy: ["dir"] })).toEqual(["copy/dir/a", "copy/dir/fine"]);
    expect((await folder.resolve({ copy: ["dir"] })).warnings).toEqual([
      "the link 'dir/fine' is copied, and its target 'in/b' is not",
    ]);
    expect((await folder.resolve({ copy: ["dir", "in"] })).warnings).toEqual([]);
  });

  it("names everything that is missing at once", async () => {
    folder.write({ file: "" });
    const faults = await folder.faults({
      copy: ["a", "file", "b/c"],
      requirements: "requirements.txt",
      sourceRoot: "file",
      pipSecretMounts: [["secret", "/s"]],
      registryConfig: "config.json",
    });
    expect(faults.map(([path, code]) => [path, code])).toEqual([
      ["pipSecretMounts.0", "missing"],
      ["registryConfig", "missing"],
      ["requirements", "missing"],
      ["sourceRoot", "not_a_folder"],
      ["copy.0", "missing"],
      ["copy.2", "missing"],
    ]);
    const secret = { pipSecretMounts: [["secret", "/s"] as const], registryConfig: "config.json" };
    await expect(folder.resolve(secret, { skipSecretFiles: "pipSecretMounts" })).rejects.toMatchObject({
      faults: [{ path: ["registryConfig"] }],
    });
    await expect(
      folder.resolve({ pipSecretMounts: [["secret", "/s"]] }, { skipSecretFiles: true }),
    ).resolves.toMatchObject({
      secrets: [{ id: "secret_0", target: "/s" }],
      secretFiles: { secret_0: folder.path("secret") },
    });
  });

  it("can be cancelled", async () => {
    folder.write(tree);
    await expect(folder.resolve({ sourceRoot: "src" }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
  });
});
