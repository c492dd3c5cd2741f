import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ImageSpecError } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { ImageSpec, type ImageSpecParameters } from "../spec/image-spec.ts";
import { type ResolveOptions, resolveSpec } from "./resolve-spec.ts";

let root: string;
let cacheDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "resolve-"));
  cacheDir = mkdtempSync(join(tmpdir(), "resolve-cache-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
  rmSync(cacheDir, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

const resolve = (parameters: ImageSpecParameters, options: Partial<ResolveOptions> = {}) =>
  resolveSpec(new ImageSpec(parameters, { root }), { env: {}, cacheDir, ...options });
const shipped = async (parameters: ImageSpecParameters) =>
  (await resolve(parameters)).files.filter(({ type }) => type !== "directory").map(({ path }) => path);
const faultsOf = async (parameters: ImageSpecParameters) => {
  const error = await resolve(parameters).then(
    () => expect.unreachable(),
    (thrown: ImageSpecError) => thrown,
  );
  expect(error).toMatchObject({ code: "E_INPUT_FILE", hint: expect.stringMatching(/./) });
  return (error.faults ?? []).map(({ path, code, message }) => [path.join("."), code, message]);
};

describe("base and platforms", () => {
  it.each<[ImageSpecParameters, string]>([
    [{}, "python:3.12-slim-bookworm"],
    [{ pythonVersion: "3.11.4" }, "python:3.11.4-slim-bookworm"],
    [{ condaPackages: ["numpy"] }, "debian:bookworm-slim"],
    [{ cuda: "12.4.1" }, "nvidia/cuda:12.4.1-runtime-ubuntu22.04"],
    [{ cuda: "12.4.1", cudnn: "9", condaPackages: ["x"] }, "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04"],
    [{ baseImage: "debian:bookworm" }, "debian:bookworm"],
    [{ baseImage: new ImageSpec({ builder: "noop", baseImage: "ghcr.io/x/y:1" }) }, "ghcr.io/x/y:1"],
  ])("of %j is %s", async (parameters, image) => {
    expect(await resolve(parameters)).toMatchObject({ base: image, content: { base: { image } } });
  });

  it("names a base spec by what it would be called, for its child's platforms", async () => {
    const base = new ImageSpec({ name: "base", registry: "ghcr.io/x", aptPackages: ["git"] });
    const child = { baseImage: base, packages: ["numpy"] };
    expect((await resolve(child)).base).toBe(await base.imageName());
    expect((await resolve({ ...child, platform: "linux/arm64" })).base).toBe(
      await new ImageSpec({ ...base, platform: "linux/arm64" }).imageName(),
    );
    expect((await resolve(child, { baseName: "given:1" })).base).toBe("given:1");
    const fixed = new ImageSpec({ ...base, platform: "linux/arm64" });
    await expect(resolve({ baseImage: fixed })).rejects.toMatchObject({
      code: "E_SPEC",
      faults: [{ path: ["baseImage", "platform"] }],
    });
  });

  it("takes the manifest of an OCI layout, wherever it lies", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    write({
      "layout/index.json": JSON.stringify({ manifests: [{ digest }] }),
      "other/index.json": JSON.stringify({ manifests: [{ digest }] }),
    });
    const resolved = await resolve({ baseImage: "oci:layout" });
    expect(resolved).toMatchObject({ base: `oci:${join(root, "layout")}`, content: { base: { layout: digest } } });
    write({ "other/index.json": JSON.stringify({ manifests: [{ digest }, { digest: `sha256:${"b".repeat(64)}` }] }) });
    await expect(resolve({ baseImage: "oci:other" })).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining("2 images"),
    });
    await expect(resolve({ baseImage: "oci:none" })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });

  it("normalises platforms, and takes the host's for a registry on it", async () => {
    const of = async (parameters: ImageSpecParameters, platforms?: string[]) =>
      (await resolve(parameters, platforms ? { platforms } : {})).content.platforms;
    expect(await of({})).toEqual(["linux/amd64"]);
    expect(await of({ platform: "linux/aarch64, linux/X86_64,linux/arm64/v8" })).toEqual([
      "linux/amd64",
      "linux/arm64",
    ]);
    expect(await of({ platform: "linux/arm" })).toEqual(["linux/arm/v7"]);
    expect(await of({ platform: "linux/amd64" }, ["linux/arm64"])).toEqual(["linux/arm64"]);
    const host = process.arch === "x64" ? "linux/amd64" : "linux/arm64";
    expect(await of({ registry: "localhost:5000/x" })).toEqual([host]);
  });
});

describe("environments", () => {
  it.each<[ImageSpecParameters, unknown]>([
    [{}, undefined],
    [{ baseImage: "x", commands: ["date"] }, undefined],
    [{ pythonVersion: "3.11" }, undefined],
    [{ packages: ["x"] }, { manager: "venv", python: { from: "base" } }],
    [
      { packages: ["x"], pythonVersion: "3.11" },
      { manager: "venv", python: { from: "base" } },
    ],
    [
      { packages: ["x"], baseImage: "y" },
      { manager: "venv", python: { from: "base" } },
    ],
    [
      { pythonVersion: "3.11", baseImage: "y" },
      { manager: "venv", python: { from: "version", version: "3.11" } },
    ],
    [{ cuda: "12.4.1" }, { manager: "venv", python: { from: "version", version: "3.12" } }],
    [{ pythonExec: "/usr/bin/python3" }, { manager: "venv", python: { from: "exec", path: "/usr/bin/python3" } }],
    [{ condaPackages: ["x"] }, { manager: "conda", pythonVersion: "3.12", packages: ["x"], channels: ["conda-forge"] }],
    [
      { condaPackages: ["x"], condaChannels: ["conda-forge", "nvidia"], pythonVersion: "3.11" },
      { manager: "conda", pythonVersion: "3.11", packages: ["x"], channels: ["conda-forge", "nvidia"] },
    ],
    [
      { condaPackages: ["x"], condaChannels: ["nvidia"] },
      { manager: "conda", pythonVersion: "3.12", packages: ["x"], channels: ["nvidia", "conda-forge"] },
    ],
  ])("of %j", async (parameters, environment) => {
    expect((await resolve(parameters)).content.environment).toEqual(environment);
  });
});

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

  it("ships modules alone by default, everything with all, nothing with none", async () => {
    write(tree);
    expect(await shipped({ sourceRoot: "src" })).toEqual(["source/main.py", "source/pkg/mod.py"]);
    expect(await shipped({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual([
      "source/empty.txt",
      "source/main.py",
      "source/pkg/data.json",
      "source/pkg/mod.py",
    ]);
    expect(await resolve({ sourceRoot: "src", sourceCopyMode: "none" })).toMatchObject({ files: [] });
    expect((await resolve({ sourceRoot: "src", sourceCopyMode: "none" })).content).not.toHaveProperty("trees");
  });

  it("lists folders before what is in them, by bytes", async () => {
    write({
      "src/b.py": "",
      "src/a/b.py": "",
      "src/a-b.py": "",
      "src/B.py": "",
      "src/é.py": "",
      "src/\u{1f600}.py": "",
      "src/\uff5e.py": "",
    });
    const { files } = await resolve({ sourceRoot: "src" });
    expect(files.map(({ path }) => path)).toEqual(
      ["", "/B.py", "/a", "/a-b.py", "/a/b.py", "/b.py", "/é.py", "/\uff5e.py", "/\u{1f600}.py"].map(
        (path) => `source${path}`,
      ),
    );
    expect(files.find(({ path }) => path === "source/a")).toEqual({ type: "directory", path: "source/a", mode: 0o755 });
  });

  it("obeys .dockerignore as moby does, and then no .gitignore", async () => {
    write({ ...tree, "src/.dockerignore": "pkg\n!pkg/mod.py\n.dockerignore", "src/.gitignore": "main.py" });
    expect(await shipped({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual([
      "source/.gitignore",
      "source/empty.txt",
      "source/main.py",
      "source/pkg/mod.py",
    ]);
    expect(await shipped({ sourceRoot: "src" })).toEqual(["source/main.py", "source/pkg/mod.py"]);
    write({ "src/.dockerignore": "a\n[x" });
    await expect(resolve({ sourceRoot: "src" })).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringMatching(/\.dockerignore:2: '\[x'/),
    });
  });

  it("obeys .gitignore files as git does", async () => {
    write({
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
    const ours = (await shipped({ sourceRoot: "src", sourceCopyMode: "all" })).map((path) =>
      path.slice("source/".length),
    );
    rmSync(join(root, "src/.git"), { recursive: true });
    for (const folder of ["node_modules", ".venv", "pkg/__pycache__"])
      rmSync(join(root, "src", folder), { recursive: true });
    const git = (...args: string[]) => execFileSync("git", args, { cwd: join(root, "src"), encoding: "utf8" });
    git("init", "-q");
    const theirs = git("-c", "core.excludesFile=", "ls-files", "-co", "--exclude-standard").trim().split("\n").sort();
    expect(ours).toEqual(theirs);
    expect(ours).toContain("pkg/a.log");
    expect(ours).not.toContain("pkg/deep/mod.py");
  });

  it("keeps modes as git does and links as links", async () => {
    write({ "src/run.sh": "", "src/a.txt": "", "src/odd": "" });
    chmodSync(join(root, "src/run.sh"), 0o700);
    chmodSync(join(root, "src/a.txt"), 0o666);
    chmodSync(join(root, "src/odd"), 0o6655);
    symlinkSync("a.txt", join(root, "src/inside"));
    symlinkSync("/etc/passwd", join(root, "src/outside"));
    symlinkSync("loop", join(root, "src/loop"));
    const { files, warnings, content } = await resolve({ sourceRoot: "src", sourceCopyMode: "all" });
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
    write({ "src/a.py": "" });
    execFileSync("mkfifo", [join(root, "src/pipe")]);
    const { files, warnings } = await resolve({ sourceRoot: "src", sourceCopyMode: "all" });
    expect(files.map(({ path }) => path)).toEqual(["source", "source/a.py"]);
    expect(warnings).toEqual([expect.stringContaining("'pipe' is left out")]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/src/`), Buffer.from([0x62, 0xff, 0x2e, 0x70, 0x79])]), "");
    write({ "src/a\\b": "" });
    expect(await faultsOf({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual(
      expect.arrayContaining([
        ["sourceRoot", "name_not_utf8", expect.stringContaining("b\\xff.py")],
        ["sourceRoot", "name_backslash", expect.stringContaining("a\\b")],
      ]),
    );
  });

  it("warns of names that clash elsewhere", async () => {
    write({ "src/A.py": "", "src/a.py": "", "src/caf\u00e9.py": "", "src/cafe\u0301.py": "" });
    expect((await resolve({ sourceRoot: "src" })).warnings).toHaveLength(2);
  });

  it("copies by path, obeying no ignore file, after the sources", async () => {
    write({ "data/a.bin": "1", "data/.git/x": "", "data/.dockerignore": "*", "node_modules/x.js": "", "one.txt": "" });
    const { files, content } = await resolve({
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
    expect((await shipped({ copy: ["."] })).filter((path) => path.includes("one"))).toEqual(["copy/one.txt"]);
  });

  it("refuses copies that lead out through links", async () => {
    write({ "dir/a": "", "in/b": "" });
    symlinkSync("/etc/passwd", join(root, "passwd"));
    symlinkSync(tmpdir(), join(root, "tmp"));
    symlinkSync("../../x", join(root, "dir/up"));
    symlinkSync("../in/b", join(root, "dir/fine"));
    expect(await faultsOf({ copy: ["passwd"] })).toEqual([
      ["copy", "link_out", expect.stringContaining("'/etc/passwd'")],
    ]);
    expect(await faultsOf({ copy: ["dir"] })).toEqual([["copy", "link_out", expect.stringContaining("dir/up")]]);
    expect(await faultsOf({ copy: ["tmp/x"] })).toEqual([["copy.0", "link_out", expect.stringContaining("tmp/x")]]);
    rmSync(join(root, "dir/up"));
    expect(await shipped({ copy: ["dir"] })).toEqual(["copy/dir/a", "copy/dir/fine"]);
  });

  it("names everything that is missing at once", async () => {
    write({ file: "" });
    const faults = await faultsOf({
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
    await expect(resolve({ pipSecretMounts: [["secret", "/s"]] }, { skipSecretFiles: true })).resolves.toMatchObject({
      secrets: [{ id: "secret_0", file: join(root, "secret"), mountPath: "/s" }],
    });
  });

  it("can be cancelled", async () => {
    write(tree);
    await expect(resolve({ sourceRoot: "src" }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
  });
});

describe("requirements", () => {
  it("are followed, hashed and shipped at their own places", async () => {
    write({
      "reqs/main.txt": "numpy\n-r more/base.txt\n-c ../constraints.txt\n--require-hashes",
      "reqs/more/base.txt": "six\n-c ../../constraints.txt",
      "constraints.txt": "six<2",
    });
    const { files, content } = await resolve({
      requirements: "./reqs/main.txt",
      packages: ["pandas"],
      pipExtraArgs: "--no-deps '--a b'",
    });
    expect(files.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "requirements/constraints.txt",
      "requirements/reqs/main.txt",
      "requirements/reqs/more/base.txt",
    ]);
    expect(content.packages).toEqual({
      from: "requirements",
      requirements: "requirements/reqs/main.txt",
      packages: ["pandas"],
      extraArgs: ["--no-deps", "--a b", "--require-hashes"],
    });
  });

  it("may lie elsewhere when the path is absolute", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    writeFileSync(join(elsewhere, "r.txt"), "six");
    expect(await shipped({ requirements: join(elsewhere, "r.txt") })).toEqual(["requirements/r.txt"]);
    rmSync(elsewhere, { recursive: true });
  });

  it("may not include each other, lead out, or name what is on this machine", async () => {
    write({ "a.txt": "-r b.txt", "b.txt": "-r a.txt", "bad.txt": "six\n-e .\n-r ../out.txt\n-r none.txt\n./x.whl" });
    await expect(resolve({ requirements: "a.txt" })).rejects.toMatchObject({
      code: "E_CYCLE",
      message: expect.stringContaining("a.txt -> b.txt -> a.txt"),
    });
    expect(await faultsOf({ requirements: "bad.txt" })).toEqual([
      ["requirements", "editable", expect.stringContaining("bad.txt:2:")],
      ["requirements", "local_path", expect.stringContaining("bad.txt:5:")],
      ["requirements", "leads_out", expect.stringContaining("bad.txt:3:")],
      ["requirements", "missing", expect.stringContaining("none.txt")],
    ]);
  });

  it("by lock take the project beside it", async () => {
    write({ "app/uv.lock": "version = 1\n", "app/pyproject.toml": "" });
    const { files, content } = await resolve({ requirements: "app/uv.lock" });
    expect(files.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "requirements/app/pyproject.toml",
      "requirements/app/uv.lock",
    ]);
    expect(content.packages).toEqual({
      from: "uv-lock",
      lock: "requirements/app/uv.lock",
      pyproject: "requirements/app/pyproject.toml",
    });
    rmSync(join(root, "app/pyproject.toml"));
    expect(await faultsOf({ requirements: "app/uv.lock" })).toEqual([
      ["requirements", "missing", expect.stringContaining("app/pyproject.toml")],
    ]);
  });
});

describe("the stat cache", () => {
  const old = new Date("2020-01-01");
  const stored = () =>
    readFileSync(execFileSync("find", [cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim(), "utf8");
  const tag = async () => identify(await resolve({ sourceRoot: "src" })).tag;
  const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

  it("saves reading files that are as they were, and nothing else", async () => {
    write({ "src/a.py": "one", "src/b.py": "two" });
    utimesSync(join(root, "src/a.py"), old, old);
    await sleep(80);
    const first = await tag();
    expect(Object.keys(JSON.parse(stored()).entries)).toHaveLength(2);
    await sleep(20);
    // A wrong hash in the cache is believed: so it is the cache that was asked.
    const file = execFileSync("find", [cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim();
    writeFileSync(file, stored().replaceAll(/ [0-9a-f]{64}"/g, ` ${"0".repeat(64)}"`));
    expect(await tag()).not.toBe(first);
    // The same size and times, but ctime tells.
    writeFileSync(join(root, "src/a.py"), "six");
    utimesSync(join(root, "src/a.py"), old, old);
    writeFileSync(join(root, "src/b.py"), "two");
    expect(await tag()).not.toBe(first);
    writeFileSync(join(root, "src/a.py"), "one");
    expect(await tag()).toBe(first);
  });

  it("does not trust files younger than itself, and is done without when it is broken or cannot be written", async () => {
    write({ "src/a.py": "one" });
    const first = await tag();
    expect(JSON.parse(stored()).entries).toEqual({});
    for (const broken of ["", "{", "[]", '{"version":1,"entries":{"x":[1,2]}}', '{"version":9}']) {
      const file = execFileSync("find", [cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim();
      writeFileSync(file, broken);
      expect(await tag()).toBe(first);
    }
    writeFileSync(join(root, "plain"), "");
    expect(identify(await resolve({ sourceRoot: "src" }, { cacheDir: join(root, "plain") })).tag).toBe(first);
  });
});
