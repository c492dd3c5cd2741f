import { uvLockAsPylock } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import type { PythonTarget } from "../target/python-target.ts";
import { lockedDistributions, type Pylock } from "./locked-wheels.ts";

const TARGET: PythonTarget = {
  minor: "3.11",
  version: "3.11.2",
  architecture: "amd64",
  libc: { family: "glibc", major: 2, minor: 36 },
};
const uvLockDistributions = (text: string, pyproject: string, target: PythonTarget, subject: string) => {
  const platforms = [`linux/${target.architecture}`];
  const lock = uvLockAsPylock({ lock: parse(text), pyproject: parse(pyproject), platforms });
  return lockedDistributions(lock as Pylock, target, subject);
};
const hash = (char: string) => char.repeat(64);
const wheel = (name: string, version: string, tags = "py3-none-any", char = "a") =>
  `{ url = "https://example.test/${name}-${version}-${tags}.whl", hash = "sha256:${hash(char)}", size = 10 }`;
const locked = (name: string, version: string, rest = "", wheels = wheel(name, version)) => `
[[package]]
name = "${name}"
version = "${version}"
source = { registry = "https://example.test/simple" }
${rest}
wheels = [${wheels}]
`;
const project = (dependencies: string, rest = "") => `version = 1
requires-python = ">=3.9"

[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [${dependencies}]
${rest}
`;
const names = (text: string, pyproject = "", target = TARGET) =>
  uvLockDistributions(text, pyproject, target, "uv.lock")
    .wheels.map(({ name, version }) => `${name} ${version}`)
    .sort();

describe("the distributions of a uv.lock", () => {
  it("follows dependencies whose markers hold, and extras that are asked for", () => {
    const text =
      project(
        `{ name = "one", extra = ["fast"] }, { name = "win", marker = "sys_platform == 'win32'" }`,
        `[package.dev-dependencies]\ndev = [{ name = "pytest" }]`,
      ) +
      locked("one", "1", `dependencies = [{ name = "two" }]\n`, wheel("one", "1")).replace("wheels =", "wheels =") +
      `[package.optional-dependencies]\nfast = [{ name = "three" }]\nslow = [{ name = "four" }]\n` +
      locked("two", "2", `dependencies = [{ name = "one" }]`) +
      locked("three", "3") +
      locked("four", "4") +
      locked("win", "5") +
      locked("pytest", "6");
    expect(names(text)).toEqual(["one 1", "three 3", "two 2"]);
  });

  it("takes the version whose resolution markers hold", () => {
    const text =
      project(
        `{ name = "numpy", version = "1.0", source = { registry = "https://example.test/simple" }, marker = "python_full_version < '3.11'" }, { name = "numpy", version = "2.0", source = { registry = "https://example.test/simple" }, marker = "python_full_version >= '3.11'" }`,
      ) +
      locked("numpy", "1.0", `resolution-markers = ["python_full_version < '3.11'"]`) +
      locked("numpy", "2.0", `resolution-markers = ["python_full_version >= '3.11'"]`);
    expect(names(text)).toEqual(["numpy 2.0"]);
  });

  it("takes the wheel that fits best, with its hash", () => {
    const wheels = [
      wheel("a", "1", "py3-none-any", "a"),
      wheel("a", "1", "cp311-cp311-manylinux_2_17_x86_64", "b"),
      wheel("a", "1", "cp312-cp312-manylinux_2_17_x86_64", "c"),
    ].join(", ");
    const [found] = uvLockDistributions(
      project(`{ name = "a" }`) + locked("a", "1", "", wheels),
      "",
      TARGET,
      "uv.lock",
    ).wheels;
    expect(found).toEqual({
      name: "a",
      version: "1",
      filename: "a-1-cp311-cp311-manylinux_2_17_x86_64.whl",
      url: "https://example.test/a-1-cp311-cp311-manylinux_2_17_x86_64.whl",
      hashes: [`sha256:${hash("b")}`],
      size: 10,
    });
  });

  it("tells what is built from which source", () => {
    const commit = "0".repeat(40);
    const source = (text: string) =>
      uvLockDistributions(project(`{ name = "a" }`) + text, "", TARGET, "uv.lock").sources[0];
    const other = wheel("a", "1", "cp312-cp312-win_amd64");
    const sdist = `sdist = { url = "https://example.test/a-1.tar.gz", hash = "sha256:${hash("b")}", size = 3 }`;
    expect(source(locked("a", "1", sdist, other))).toEqual({
      name: "a",
      version: "1",
      archive: {
        filename: "a-1.tar.gz",
        url: "https://example.test/a-1.tar.gz",
        hashes: [`sha256:${hash("b")}`],
        size: 3,
      },
    });
    const git = `git = "https://example.test/a.git?rev=main&subdirectory=s#${commit}"`;
    expect(
      source(
        locked("a", "1")
          .replace(/registry = "[^"]*"/, git)
          .replace(/wheels = .*/, ""),
      ),
    ).toMatchObject({
      git: { url: "https://example.test/a.git", commit, revision: "main", subdirectory: "s" },
      directUrl: expect.stringContaining('"requested_revision":"main"'),
    });
  });

  it("refuses what lies on this machine, is not locked, or is not a lock", () => {
    const fails = (text: string, code: string, about: RegExp) => {
      let fault: unknown;
      try {
        names(text);
      } catch (error) {
        fault = error;
      }
      expect(fault).toMatchObject({ code, message: expect.stringMatching(about) });
    };
    fails(
      project(`{ name = "a" }`) + locked("a", "1", "", wheel("a", "1", "cp312-cp312-win_amd64")),
      "E_UNSUPPORTED",
      /a 1 has neither a wheel for this platform nor a source/,
    );
    fails(project(`{ name = "a" }`), "E_INPUT_FILE", /requires 'a' and does not hold it/);
    fails("version = 1\n", "E_INPUT_FILE", /uv\.lock is not one/);
  });

  it("refuses a lock for another Python or another system, as uv does", () => {
    const lock = (head: string) =>
      project(`{ name = "a" }`).replace('requires-python = ">=3.9"', head) + locked("a", "1");
    for (const head of ['requires-python = ">=3.11"', 'requires-python = "==3.11.*"', 'requires-python = ">=3.9, <4"'])
      expect(names(lock(head)), head).toEqual(["a 1"]);
    for (const head of [
      'requires-python = ">=3.12"',
      'requires-python = ">=3.9, <3.11"',
      'requires-python = "~=3.12.0"',
    ])
      expect(() => names(lock(head)), head).toThrow(/uv\.lock is for Python .* has Python 3\.11\.2/);
    const markers = (...texts: string[]) =>
      lock(`supported-markers = [${texts.map((text) => `"${text}"`).join(", ")}]`);
    expect(names(markers("sys_platform == 'darwin'", "sys_platform == 'linux'"))).toEqual(["a 1"]);
    expect(() => names(markers("sys_platform == 'darwin'", "platform_machine == 'arm64'"))).toThrow(
      /is for sys_platform/,
    );
  });

  it("takes the project's default groups but dev, as uv sync --no-dev does", () => {
    const groups = '[package.dev-dependencies]\ndev = [{ name = "d" }]\ntest = [{ name = "t" }]';
    const text = project(`{ name = "a" }`, groups) + ["a", "d", "t"].map((name) => locked(name, "1")).join("");
    expect(names(text)).toEqual(["a 1"]);
    expect(names(text, '[tool.uv]\ndefault-groups = ["dev", "test"]')).toEqual(["a 1", "t 1"]);
    expect(names(text, '[tool.uv]\ndefault-groups = "all"')).toEqual(["a 1", "t 1"]);
    expect(names(text, "[tool.uv]\ndefault-groups = []")).toEqual(["a 1"]);
  });

  it("checks hashes of every kind, and takes none that is malformed", () => {
    const hashed = (text: string) =>
      uvLockDistributions(
        project(`{ name = "a" }`) + locked("a", "1").replace(/hash = "[^"]*"/, `hash = "${text}"`),
        "",
        TARGET,
        "uv.lock",
      ).wheels[0]?.hashes;
    expect(hashed(`sha512:${"A".repeat(128)}`)).toEqual([`sha512:${"a".repeat(128)}`]);
    expect(hashed(`md5:${"a".repeat(32)}`)).toEqual([`md5:${"a".repeat(32)}`]);
    for (const text of ["sha256:abc", `blake2b:${hash("a")}`]) expect(() => hashed(text), text).toThrow(/hash/);
  });
});
