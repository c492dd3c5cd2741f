import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { lockBreaches } from "./lock-breaches.ts";
import { poetryContentHashes } from "./poetry-content-hash.ts";

const poetry = JSON.parse(readFileSync(new URL("./fixtures/poetry-content-hashes.json", import.meta.url), "utf8")) as {
  projects: { pyproject: string; hashes: string[] }[];
};

const uvProject = `[project]
name = "Demo_App"
version = "0.1.0"
dependencies = ["six>=1.16,<2", "iniconfig == 2.0.0"]
[project.optional-dependencies]
x = ["packaging"]
`;
// As uv 0.13.9 wrote it, without hashes and addresses.
const uvLock = `version = 1
requires-python = ">=3.11"
[[package]]
name = "demo-app"
version = "0.1.0"
source = { virtual = "." }
[package.metadata]
requires-dist = [
    { name = "iniconfig", specifier = "==2.0.0" },
    { name = "packaging", marker = "extra == 'x'" },
    { name = "six", specifier = ">=1.16,<2" },
]
[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://host/simple" }
`;
const uv = (lock: string, project = uvProject) => lockBreaches("uv.lock", lock, project);

describe("uv.lock", () => {
  it("is refused where a marker asks what machine builds, on Linux", () => {
    const needing = (marker: string) =>
      uvLock.replace(
        'name = "six"\nversion',
        `name = "six"\ndependencies = [{ name = "six", marker = "${marker}" }]\nversion`,
      );
    expect(uv(needing("platform_release > '5'"))).toMatchObject([{ file: "lock", code: "machine_marker" }]);
    expect(uv(needing("sys_platform == 'darwin' and platform_release > '5'"))).toEqual([]);
  });

  const six = 'name = "six"\nversion';
  const another = `\n[[package]]\n${six} = "1.16.0"\nsource = { registry = "https://host/simple" }\n`;
  const needs = (edge: string) => uvLock.replace(six, `name = "six"\ndependencies = [${edge}]\nversion`);
  const registry = 'source = { registry = "https://host/simple" }';
  const hashed = (hash: string) => `${uvLock}sdist = { url = "https://host/six.tar.gz", hash = "${hash}" }\n`;
  it.each([
    ["a package twice, when one is required", needs('{ name = "six" }') + another, "holds 'six' 2 times"],
    ["a dependency it lacks", needs('{ name = "a" }'), "requires 'a' and does not hold it"],
    ["a dependency of another source", needs(`{ name = "six", ${registry.replace("host", "x")} }`), "requires 'six'"],
    ["a name that is not in normal form", needs('{ name = "Six" }'), "'Six' is not a name in the form"],
    ["a package's name that is not", uvLock.replace('"six"\nversion', '"s_ix"\nversion'), "'s_ix' is not a name"],
    ["an extra that is not", needs('{ name = "six", extra = ["A_b"] }'), "'A_b' is not a name in the form"],
    ["an extra that is no list", needs('{ name = "six", extra = "ab" }'), "dependency of 'six' cannot be read"],
    ["a hash that is none", hashed("abc"), "hash of a file of 'six' cannot be read"],
    ["an empty hash", hashed(""), "hash of a file of 'six' cannot be read"],
    ["a dependency without a name", needs('{ version = "1" }'), "dependency of 'six' cannot be read"],
    ["a marker of no variable", needs(`{ name = "six", marker = "sys_platform is 'x'" }`), "marker of a dependency"],
    ["an empty marker", needs('{ name = "six", marker = "" }'), "marker of a dependency"],
    ["a package without a source", uvLock.replace(registry, ""), "does not say where 'six' comes from"],
    ["a package without a name", `${uvLock}[[package]]\n${registry}\n`, "holds a package without a name"],
    ...["2", "1.0", "1e0", '"1"', "true", "-1", "[1]", "1.5"].map((version): [string, string, string] => [
      `the version ${version} of the format`,
      uvLock.replace("version = 1", `version = ${version}`),
      "is not a uv.lock of version 1",
    ]),
    ["no version of the format", uvLock.replace("version = 1", ""), "is not a uv.lock of version 1"],
    ...[
      ["sys_platform == 'win32'"],
      ["sys_platform == 'darwin' and python_version >= '3.11'", "os_name == 'nt'"],
      ["implementation_name == 'pypy' and sys_platform == 'linux'"],
    ].flatMap((markers) =>
      ["supported-markers", "resolution-markers"].map((key): [string, string, string] => [
        `${key} ${markers}`,
        uvLock.replace("\n[[", `\n${key} = ${JSON.stringify(markers)}\n[[`),
        `made for other systems than Linux (${key}: ${markers.join(", ")})`,
      ]),
    ),
    ["markers that are no list", uvLock.replace("\n[[", '\nsupported-markers = "x"\n[['), "is not a list of markers"],
    ["markers that are no texts", uvLock.replace("\n[[", "\nresolution-markers = [1]\n[["), "is not a list of markers"],
    ...["https://host/a.whl", "https://other/a.whl", "https://host/a.whl?x#y"].map((url): [string, string, string] => [
      `two hashes for one wheel, at ${url}`,
      `${uvLock}wheels = [{ url = "https://host/a.whl", hash = "sha256:0" }, { url = "${url}", hash = "sha256:1" }]\n`,
      "two hashes for the wheel 'a.whl' of 'six'",
    ]),
    [
      "a hash and none for one wheel",
      `${uvLock}wheels = [{ url = "https://host/a.whl", hash = "sha256:0" }, { url = "https://host/a.whl" }]\n`,
      "two hashes for the wheel 'a.whl' of 'six'",
    ],
  ])("is refused for %s", (_, lock, message) => {
    expect(
      uv(lock)
        .map((breach) => breach.message)
        .join("; "),
    ).toContain(message);
  });

  it("is taken with a package in several versions, each required by its own", () => {
    const edge = (version: string) => `{ name = "six", version = "${version}", ${registry} }`;
    expect(uv(needs(`${edge("1.16.0")}, ${edge("1.17.0")}, { name = "demo-app" }`) + another)).toEqual([]);
    expect(uv(uvLock.replace("version = 1\n", "version = 1\nrevision = 99\nfuture = true\n"))).toEqual([]);
  });

  it.each([
    ["sys_platform == 'linux'", "sys_platform == 'win32'"],
    ["python_version < '3.12'", "sys_platform == 'win32'"],
    ["platform_machine == 'aarch64'"],
    ["sys_platform != 'win32'"],
    [],
  ])("is taken for systems of which one may be Linux: %s %s", (...markers) => {
    for (const key of ["supported-markers", "resolution-markers"])
      expect(uv(uvLock.replace("\n[[", `\n${key} = ${JSON.stringify(markers)}\n[[`)), key).toEqual([]);
  });

  it("is taken with a wheel that is listed twice alike, and with wheels of several machines", () => {
    const wheel = '{ url = "https://host/a.whl", hash = "sha256:0" }';
    expect(
      uv(`${uvLock}wheels = [${wheel}, ${wheel}, ${wheel.replace("a.whl", "b.whl").replace(":0", ":1")}]\n`),
    ).toEqual([]);
  });

  it("is taken when it belongs to the project", () => {
    expect(uv(uvLock)).toEqual([]);
    expect(uv(uvLock, uvProject.replace("six>=1.16,<2", "six <2, >=1.16"))).toEqual([]);
    expect(uv(uvLock, uvProject.replace("six>=1.16,<2", "six<2.0.0,>=1.16.0"))).toEqual([]);
    expect(uv("version = 1\n", "[tool.uv.workspace]\nmembers = []\n")).toEqual([]);
  });

  it.each([
    ["a new dependency", uvProject.replace('"six', '"numpy", "six'), "lacks the dependency 'numpy'"],
    ["a dropped dependency", uvProject.replace('["packaging"]', "[]"), "holds 'packaging'"],
    ["another version", uvProject.replace("<2", "<3"), "made for 'six>=1.16,<2' and not 'six>=1.16,<3'"],
    ["ten times the version", uvProject.replace("<2", "<20"), "made for 'six>=1.16,<2'"],
    ["another project", uvProject.replace("Demo_App", "other"), "locks the project 'demo-app'"],
  ])("is stale for %s", (_, project, message) => {
    const [breach, ...rest] = uv(uvLock, project);
    expect(breach).toMatchObject({ code: "stale_lock", hint: "Run 'uv lock'." });
    expect(breach?.message).toContain(message);
    expect(rest).toEqual([]);
  });

  it.each([
    ['editable = "packages/a"', "editable"],
    ['directory = "../a"', "directory"],
    ['path = "a.whl"', "path"],
    ['virtual = "packages/a"', "virtual"],
    ['registry = "wheels"', "registry"],
  ])("may not take a package from { %s }", (source, type) => {
    const breaches = uv(`${uvLock}[[package]]\nname = "local"\nversion = "1"\nsource = { ${source} }\n`);
    expect(breaches).toMatchObject([{ code: "local_source", file: "lock" }]);
    expect(breaches[0]?.message).toContain(`'local' comes from this machine (${type}`);
    const isBuilt = ["editable", "directory", "virtual"].includes(type);
    expect(breaches[0]?.hint).toMatch(isBuilt ? /^Set uvProject\.member / : /^Publish 'local' /);
  });

  it.each([
    ["git", 'git = "https://host/six?tag=v1"', 'six = { git = "https://host/six", tag = "v1" }'],
    ["an address", 'url = "https://host/six-1.whl"', 'six = { url = "https://host/six-1.whl" }'],
  ])("is taken where a source of the project is %s, of which uv keeps no version", (_, locked, source) => {
    const lock = uvLock.replace('name = "six", specifier = ">=1.16,<2"', `name = "six", ${locked}`);
    expect(lock).not.toBe(uvLock);
    expect(uv(lock, `${uvProject}[tool.uv.sources]\n${source}\n`)).toEqual([]);
  });

  it("is taken where an index of the project is a source", () => {
    const lock = uvLock.replace('specifier = ">=1.16,<2"', 'specifier = ">=1.16,<2", index = "https://host/simple"');
    expect(uv(lock, `${uvProject}[tool.uv.sources]\nsix = { index = "own" }\n`)).toEqual([]);
  });

  it.each([
    ["[]", []],
    ['["dev"]', []],
    ['["dev", "docs"]', ["default_groups"]],
    ['"all"', ["default_groups"]],
  ])("may have default groups %s", (groups, codes) => {
    const project = `${uvProject}[tool.uv]\ndefault-groups = ${groups}\n`;
    expect(uv(uvLock, project).map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ["an index", '{ registry = "file:///wheels" }', ""],
    ["a repository", '{ git = "file:///six?rev=x#0123" }', ""],
    ["an archive", '{ url = "file:///six.whl" }', ""],
    ["a wheel by its path", '{ registry = "https://host/simple" }', 'wheels = [{ path = "six.whl" }]'],
    ["a wheel by its address", '{ registry = "https://host/simple" }', 'wheels = [{ url = "file:///six.whl" }]'],
    ["a source archive", '{ registry = "https://host/simple" }', 'sdist = { path = "six.tar.gz" }'],
  ])("may not take a package from this machine: %s", (_, source, more) => {
    const lock = uvLock.replace('{ registry = "https://host/simple" }\n', `${source}\n${more}\n`);
    expect(uv(lock)).toMatchObject([{ code: "local_source", file: "lock", message: expect.stringContaining("'six'") }]);
  });

  it("may not have local sources in its project", () => {
    const sources = `${uvProject}[tool.uv.sources]\nsix = { workspace = true }\na = [{ path = "../a", marker = "x" }]\nb = { git = "https://host/b" }\n`;
    expect(uv(uvLock, sources).map(({ message }) => message)).toEqual([
      expect.stringContaining("'six'"),
      expect.stringContaining("'a'"),
    ]);
  });

  it("may not hold credentials, in neither file", () => {
    const breaches = uv(
      uvLock.replace("https://host", "https://u:hunter2@host"),
      `${uvProject}[[tool.uv.index]]\nurl = "https://hunter2@host"\n`,
    );
    expect(breaches.map(({ code, file }) => [code, file])).toEqual([
      ["userinfo", "lock"],
      ["userinfo", "pyproject"],
    ]);
    expect(JSON.stringify(breaches)).not.toContain("hunter2");
  });

  it("is TOML", () => {
    expect(uv("= x")).toMatchObject([{ code: "toml", file: "lock" }]);
    expect(uv(uvLock, "[project")).toMatchObject([{ code: "toml", file: "pyproject" }]);
  });
});

describe("poetry.lock", () => {
  it.each(poetry.projects)("has the content-hash that poetry gives ($hashes)", ({ pyproject, hashes }) => {
    const ours = poetryContentHashes(parse(pyproject));
    for (const hash of hashes) expect(ours).toContain(hash);
    const lock = (hash: string) => `[metadata]\ncontent-hash = "${hash}"\n`;
    for (const hash of hashes) expect(lockBreaches("poetry.lock", lock(hash), pyproject)).toEqual([]);
    expect(lockBreaches("poetry.lock", lock("0".repeat(64)), pyproject)).toMatchObject([
      { code: "stale_lock", hint: "Run 'poetry lock'." },
    ]);
    const changed = pyproject.replace("3.11", "3.12");
    expect(changed).not.toBe(pyproject);
    for (const hash of hashes) expect(lockBreaches("poetry.lock", lock(hash), changed)).toHaveLength(1);
  });

  it("is no lock of a project without a content-hash, as to poetry", () => {
    expect(lockBreaches("poetry.lock", '[[package]]\nname = "six"\n', "")).toMatchObject([
      { code: "stale_lock", message: expect.stringContaining("it has no content-hash"), hint: "Run 'poetry lock'." },
    ]);
  });

  it("may not take a package from this machine", () => {
    const metadata = `[metadata]\ncontent-hash = "${poetryContentHashes({})[0]}"\n`;
    const lock = (type: string) =>
      `[[package]]\nname = "local"\n[package.source]\ntype = "${type}"\nurl = "lib"\n${metadata}`;
    for (const type of ["directory", "file"]) {
      expect(lockBreaches("poetry.lock", lock(type), "")).toMatchObject([
        { code: "local_source", message: `the package 'local' comes from this machine (${type} 'lib')` },
      ]);
    }
    expect(lockBreaches("poetry.lock", lock("legacy"), "")).toEqual([]);
  });
});
