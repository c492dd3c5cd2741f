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
const HASHES = `hashes = { sha256 = "${"a".repeat(64)}" }`;
const file = (name: string) => `{ url = "https://h/${name}", size = 7, ${HASHES} }`;
const locked = (name: string, rest: string) => `[[packages]]\nname = "${name}"\nversion = "1"\n${rest}\n`;
const read = (text: string, head = "", target = TARGET) =>
  lockedDistributions(parse(`lock-version = "1.0"\n${head}\n${text}`) as Pylock, target, "pylock.toml");

describe("lockedDistributions", () => {
  it("takes the wheel that fits best of each package whose marker holds", () => {
    const files = [
      "a-1-py3-none-any.whl",
      "a-1-cp311-cp311-manylinux_2_17_x86_64.whl",
      "a-1-cp312-cp312-manylinux_2_17_x86_64.whl",
    ];
    const text =
      locked("a", `wheels = [${files.map(file).join(", ")}]`) +
      locked("b", `marker = "python_full_version >= '3.12'"\nwheels = [${file("b-1-py3-none-any.whl")}]`);
    const { wheels, sources } = read(text);
    expect(wheels).toEqual([
      expect.objectContaining({
        name: "a",
        filename: files[1],
        url: `https://h/${files[1]}`,
        hashes: [`sha256:${"a".repeat(64)}`],
        size: 7,
      }),
    ]);
    expect(sources).toEqual([]);
    expect(read(text, "", { ...TARGET, minor: "3.12", version: "3.12.1" }).wheels.map(({ name }) => name)).toEqual([
      "a",
      "b",
    ]);
  });

  it("refuses a file whose name is none of a wheel", () => {
    expect(() =>
      read(locked("a", `wheels = [${["a-1-py3-none-any.whl", "garbage.whl"].map(file).join(", ")}]`)),
    ).toThrow(/garbage\.whl is not the file name of a wheel/);
  });

  it("tells sources from wheels, archives from commits", () => {
    const commit = "0123456789012345678901234567890123456789";
    const text =
      locked("s", `sdist = ${file("s-1.tar.gz")}\nwheels = [${file("s-1-cp312-cp312-win_amd64.whl")}]`) +
      locked("g", `vcs = { type = "git", url = "https://h/g.git", commit-id = "${commit}" }`) +
      locked("w", `archive = ${file("w-1-py3-none-any.whl")}`);
    const { wheels, sources } = read(text);
    expect(wheels.map(({ filename }) => filename)).toEqual(["w-1-py3-none-any.whl"]);
    expect(sources).toEqual([
      {
        name: "s",
        version: "1",
        archive: expect.objectContaining({ filename: "s-1.tar.gz", url: "https://h/s-1.tar.gz" }),
      },
      {
        name: "g",
        version: "1",
        git: { url: "https://h/g.git", commit },
        directUrl: expect.stringContaining(commit),
      },
    ]);
  });

  it("refuses a lock for other Pythons or environments, and a package that has nothing to install", () => {
    expect(() => read("", 'requires-python = ">=3.12"')).toThrow(/is for Python >=3.12/);
    expect(() => read("", "environments = [\"sys_platform == 'win32'\"]")).toThrow(/win32/);
    expect(() => read(locked("n", ""))).toThrow(/n 1 has neither/);
  });

  it("refuses a package for other Pythons, and one that stands there twice, whose markers hold, as uv does", () => {
    const wheel = (name: string) => `wheels = [${file(`${name}-1-py3-none-any.whl`)}]`;
    const newer = 'requires-python = ">=3.12"';
    expect(() => read(locked("n", `${newer}\n${wheel("n")}`))).toThrow(/^n of pylock\.toml is for Python >=3\.12/);
    expect(() => read(locked("n", wheel("n")) + locked("N", wheel("n")))).toThrow(/two packages 'n'/);
    const elsewhere = "marker = \"sys_platform == 'win32'\"";
    const others = locked("N", `${elsewhere}\n${newer}\n${wheel("n")}`);
    expect(read(locked("n", wheel("n")) + others).wheels).toHaveLength(1);
  });
});
