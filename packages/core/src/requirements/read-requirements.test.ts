import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe("requirements", () => {
  it("are followed, hashed and shipped at their own places", async () => {
    folder.write({
      "reqs/main.txt": "numpy\n-r more/base.txt\n-c ../constraints.txt\n--require-hashes",
      "reqs/more/base.txt": "six\n-c ../../constraints.txt",
      "constraints.txt": "six<2",
    });
    const { files, content } = await folder.resolve({
      requirements: "./reqs/main.txt",
      packages: ["pandas"],
      pipExtraArgs: "--no-deps '--index' 'https://host/a'",
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
      extraArgs: ["--no-deps", "--index", "https://host/a", "--require-hashes"],
    });
  });

  it.each([
    ["--require-hashes", ["--require-hashes", "--prerelease=allow", "--no-binary=a"]],
    [
      "--prerelease=disallow --no-binary a",
      ["--prerelease=disallow", "--no-binary", "a", "--require-hashes", "--no-binary=a"],
    ],
  ])("repeat no option that uv takes once: %s", async (pipExtraArgs, extraArgs) => {
    folder.write({ "r.txt": "--pre\n--require-hashes\n-r more.txt\n", "more.txt": "--pre\n--no-binary=a\nsix\n" });
    const { content } = await folder.resolve({ requirements: "r.txt", pipExtraArgs });
    expect([...(content.packages?.extraArgs ?? [])].sort()).toEqual(extraArgs.sort());
  });

  it("hold no hashes in what constrains them, which uv does not check", async () => {
    const hashed = `six==1 --hash=sha256:${"0".repeat(64)}\n`;
    const faultsOf = () => folder.faults({ requirements: "r.txt" });
    folder.write({ "r.txt": "-r more.txt\n", "more.txt": hashed, "c.txt": "-r deep.txt\n", "deep.txt": `\n${hashed}` });
    await folder.resolve({ requirements: "r.txt" });
    folder.write({ "r.txt": "six\n--constraint c.txt\n" });
    expect(await faultsOf()).toEqual([["requirements", "hash", expect.stringMatching(/^deep\.txt:2: a hash stands/)]]);
  });

  it.each([
    "--index-url https://host/simple",
    "--extra-index-url=https://host/simple",
    "--no-index",
    "--no-binary six",
    "--only-binary :all:",
    "--pre",
    "--require-hashes",
    "--prefer-binary",
  ])("hold no option in what constrains them, in whichever order files name it: %s", async (option) => {
    folder.write({ "both.txt": `six\n${option}\n` });
    for (const lines of ["-r both.txt\n-c both.txt", "-c both.txt\n-r both.txt", "six\n-c c.txt"]) {
      folder.write({ "r.txt": lines, "c.txt": "# first\n\n-r both.txt\n" });
      expect(await folder.faults({ requirements: "r.txt" }), lines).toEqual([
        ["requirements", "option", expect.stringMatching(/^both\.txt:2: an option stands in a file that -c names/)],
      ]);
    }
  });

  it("have the pip that a file requires, and none that is only constrained", async () => {
    folder.write({ "pip.txt": "pip==25.0\n", "more.txt": "-r pip.txt\n" });
    const spec = { requirements: "r.txt", commands: ["pip install six"] };
    for (const lines of ["six\n-c pip.txt", "-c more.txt\nsix", "six\n-c pip.txt\n-c more.txt"]) {
      folder.write({ "r.txt": lines });
      expect(await folder.faults(spec), lines).toEqual([["commands.0", "no_pip", expect.any(String)]]);
    }
    for (const lines of ["-c pip.txt\n-r pip.txt", "-c more.txt\n-r more.txt", "-r more.txt\n-c pip.txt"]) {
      folder.write({ "r.txt": lines });
      const paths = (await folder.resolve(spec)).files.map(({ path }) => path);
      expect(new Set(paths).size, lines).toBe(paths.length);
    }
  });

  it("tell a fault once of a file that requires and constrains", async () => {
    folder.write({ "r.txt": "-c x.txt\n-r x.txt\n", "x.txt": "-r https://host/y.txt\n-r ../z.txt\n-r none.txt\n" });
    expect(await folder.faults({ requirements: "r.txt" })).toHaveLength(3);
  });

  it("may be a pylock.toml, which is shipped as it is", async () => {
    const text =
      'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "six"\nwheels = [{ url = "https://h/six-1-py3-none-any.whl" }]\n';
    folder.write({ "locks/pylock.prod.toml": text });
    const { files, content } = await folder.resolve({ requirements: "locks/pylock.prod.toml" });
    expect(content.packages).toMatchObject({ from: "pylock", lock: "requirements/locks/pylock.prod.toml" });
    expect(files.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "requirements/locks/pylock.prod.toml",
    ]);
  });

  it("may be a pylock.toml of a later version with additions, which is told", async () => {
    const warnings = async (version: string) => {
      folder.write({ "pylock.toml": `lock-version = "${version}"\ncreated-by = "x"\npackages = []\n` });
      return (await folder.resolve({ requirements: "pylock.toml" })).warnings;
    };
    for (const same of ["1", "1.0", "1.0.0"]) expect(await warnings(same), same).toEqual([]);
    expect(await warnings("1.1")).toEqual(["'pylock.toml' is a lock of version 1.1, of which 1.0 is read (PEP 751)"]);
  });

  it.each([
    ["another version", 'lock-version = "2.0"', "lock_version", /lock-version is "2\.0"/],
    ["a version that is a number", "lock-version = 1.0", "lock_version", /lock-version is 1/],
    ["no TOML", "lock-version = ", "toml", /it is not TOML/],
    ["no packages", "", "lock_form", /has no 'packages', which PEP 751/],
    ["no author", 'lock-version = "1.0"\npackages = []', "lock_form", /has no 'created-by'/],
    [
      "a package of two kinds",
      '[[packages]]\nname = "a"\nwheels = []\narchive = { url = "https://h/a.zip" }',
      "lock_form",
      /'a' has wheels and archive/,
    ],
    [
      "a folder of this machine",
      '[[packages]]\nname = "a"\ndirectory = { path = "." }',
      "local_source",
      /'a' comes from/,
    ],
    ["a file of this machine", '[[packages]]\nname = "a"\nwheels = [{ path = "a.whl" }]', "local_source", /a\.whl/],
    [
      "a file by its address",
      '[[packages]]\nname = "a"\narchive = { url = "file:///a.zip" }',
      "local_source",
      /a\.zip/,
    ],
    [
      "no commit",
      '[[packages]]\nname = "a"\nvcs = { type = "git", url = "https://h/a" }',
      "commit",
      /without its commit/,
    ],
    ["groups by default", 'default-groups = ["dev"]\npackages = []', "default_groups", /groups by default: dev/],
    ["a password", '[[packages]]\nname = "a"\narchive = { url = "https://u:p@h/a.zip" }', "userinfo", /line 5/],
  ])("of a pylock.toml are refused with %s", async (_, rest, code, message) => {
    folder.write({
      "pylock.toml": rest.startsWith("lock-version") ? rest : `lock-version = "1.0"\ncreated-by = "x"\n${rest}\n`,
    });
    const faults = await folder.faults({ requirements: "pylock.toml" });
    expect(faults).toEqual([["requirements", code, expect.stringMatching(message)]]);
  });

  it.each([
    ["a file with an absolute path", (elsewhere: string) => join(elsewhere, "r.txt")],
    ["a lock with an absolute path", (elsewhere: string) => join(elsewhere, "uv.lock")],
    ["a folder", (elsewhere: string) => elsewhere],
    ["a device", () => "/dev/zero"],
    ["a file of secrets", () => "/etc/shadow"],
    ["what is not there", (elsewhere: string) => join(elsewhere, "none.txt")],
  ])("outside the root are refused before they are read: %s", async (_, named) => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    for (const name of ["r.txt", "uv.lock", "pyproject.toml"]) writeFileSync(join(elsewhere, name), "secret line");
    const requirements = named(elsewhere);
    expect(await folder.faults({ requirements })).toEqual([
      ["requirements", "leads_out", expect.stringContaining(`'${requirements}' lies outside`)],
    ]);
    rmSync(elsewhere, { recursive: true });
  });

  it("may be named by an absolute path below the root, and not by a link that leads out", async () => {
    folder.write({ "r.txt": "six" });
    expect(await folder.shipped({ requirements: folder.path("r.txt") })).toEqual(["requirements/r.txt"]);
    symlinkSync("/etc/passwd", folder.path("link.txt"));
    symlinkSync("/etc", folder.path("etc"));
    folder.write({ "nested.txt": "-r link.txt\n-c etc/passwd\n-r /etc/passwd\n" });
    for (const requirements of ["link.txt", "etc/passwd"])
      expect(await folder.faults({ requirements })).toEqual([
        ["requirements", "leads_out", expect.stringContaining("is a link out of")],
      ]);
    expect((await folder.faults({ requirements: "nested.txt" })).map(([, code]) => code)).toEqual(
      Array(3).fill("leads_out"),
    );
  });

  it("may not include each other, lead out, or name what is on this machine", async () => {
    folder.write({
      "a.txt": "-r b.txt",
      "b.txt": "-r a.txt",
      "bad.txt": "six\n-e .\n-r ../out.txt\n-r none.txt\n./x.whl",
    });
    await expect(folder.resolve({ requirements: "a.txt" })).rejects.toMatchObject({
      code: "E_CYCLE",
      message: expect.stringContaining("a.txt -> b.txt -> a.txt"),
    });
    expect(await folder.faults({ requirements: "bad.txt" })).toEqual([
      ["requirements", "editable", expect.stringContaining("bad.txt:2:")],
      ["requirements", "local_path", expect.stringContaining("bad.txt:5:")],
      ["requirements", "leads_out", expect.stringContaining("bad.txt:3:")],
      ["requirements", "missing", expect.stringContaining("none.txt")],
    ]);
  });

  it.each([
    ["r.txt", "six\npip-tools", false],
    ["r.txt", "six\n-r more.txt", true],
    ["r.txt", "https://host/pip-25.0-py3-none-any.whl", true],
    ["uv.lock", 'version = 1\n[[package]]\nname = "pip-tools"\nsource = { registry = "https://host/" }\n', false],
    ["uv.lock", 'version = 1\n[[package]]\nname = "pip"\nsource = { registry = "https://host/" }\n', true],
  ])("that are %s of %j have pip for commands: %j", async (requirements, text, havePip) => {
    folder.write({ [requirements]: text, "more.txt": "pip==25.0", "pyproject.toml": "" });
    const spec = { requirements, baseImage: "python:3.12", commands: ["date", "pip install x"] };
    if (havePip) await folder.resolve(spec);
    else {
      const hint = expect.stringContaining(requirements);
      await expect(folder.resolve(spec)).rejects.toMatchObject({ code: "E_INPUT_FILE", hint });
      expect(await folder.faults(spec)).toEqual([["commands.1", "no_pip", expect.stringContaining("calls pip")]]);
      await folder.resolve({ ...spec, commands: ["uv pip install pip", "pip install x"] });
    }
  });

  it("by lock take the project beside it", async () => {
    folder.write({ "app/uv.lock": "version = 1\n", "app/pyproject.toml": "" });
    const { files, content } = await folder.resolve({ requirements: "app/uv.lock" });
    expect(files.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "requirements/app/pyproject.toml",
      "requirements/app/uv.lock",
    ]);
    expect(content.packages).toEqual({
      from: "uv-lock",
      lock: "requirements/app/uv.lock",
      pyproject: "requirements/app/pyproject.toml",
    });
    folder.write({ "other/pyproject.toml": "" });
    expect(await folder.faults({ requirements: "other/pyproject.toml" })).toEqual([
      ["requirements", "missing", "'other/pyproject.toml' has no uv.lock beside it"],
    ]);
    rmSync(folder.path("app/pyproject.toml"));
    expect(await folder.faults({ requirements: "app/uv.lock" })).toEqual([
      ["requirements", "missing", expect.stringContaining("app/pyproject.toml")],
    ]);
  });
});
