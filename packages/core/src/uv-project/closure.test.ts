import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { projectClosure } from "./closure.ts";
import { linuxVariables } from "./linux-variables.ts";
import { type LockGraph, parseLockGraph } from "./lock-graph.ts";
import { pylockTable } from "./pylock-table.ts";
import type { Table } from "./toml-table.ts";

const graph = (packages: string) => parseLockGraph(parse(`version = 1\n${packages}`) as Table) as LockGraph;
const pinned = (name: string, rest = "", version = "1") =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://h/simple" }\n${rest}\n`;
const project = (rest: string) => `[[package]]\nname = "app"\nsource = { virtual = "." }\n${rest}\n`;

function closure(text: string, parts: { extras?: string[]; groups?: string[] } = {}, platforms = ["linux/amd64"]) {
  const lock = graph(text);
  const root = lock.packages.find(({ name }) => name === "app");
  if (root === undefined) throw new Error("no project");
  const found = projectClosure({
    graph: lock,
    root,
    extras: [],
    groups: [],
    ...parts,
    known: linuxVariables(platforms),
  });
  return found
    .filter(({ locked }) => locked !== root)
    .map(({ locked, marker }) => [locked.name, locked.version, marker]);
}

describe("projectClosure", () => {
  it("leaves out what no Linux image needs, and keeps what the Python decides", () => {
    const text =
      project(`dependencies = [
        { name = "a", marker = "python_full_version < '3.12' and sys_platform == 'linux'" },
        { name = "w", marker = "sys_platform == 'win32'" },
      ]`) +
      pinned("a", 'dependencies = [{ name = "b" }]') +
      pinned("b") +
      pinned("w");
    const marker = "python_full_version < '3.12'";
    expect(closure(text)).toEqual([
      ["a", "1", marker],
      ["b", "1", marker],
    ]);
  });

  it("joins the markers of all ways, of which one without any stands for all", () => {
    const text =
      project(
        `dependencies = [{ name = "a" }, { name = "b", marker = "python_full_version < '3.12'" }, { name = "c" }]`,
      ) +
      pinned(
        "a",
        `dependencies = [{ name = "b", marker = "python_full_version >= '3.13'" }, { name = "d", marker = "python_full_version < '3.11'" }]`,
      ) +
      pinned("b", 'dependencies = [{ name = "e" }]') +
      pinned("c", 'dependencies = [{ name = "d" }]') +
      pinned("d") +
      pinned("e", 'dependencies = [{ name = "b" }]');
    const either = "python_full_version < '3.12' or python_full_version >= '3.13'";
    expect(closure(text)).toEqual([
      ["a", "1", true],
      ["b", "1", either],
      ["c", "1", true],
      ["d", "1", true],
      ["e", "1", either],
    ]);
  });

  it("follows extras of packages, and extras and groups that are asked for", () => {
    const text =
      project(`dependencies = [{ name = "a", extra = ["x"] }]
[package.optional-dependencies]
fast = [{ name = "f" }]
[package.dev-dependencies]
lint = [{ name = "l" }]`) +
      pinned("a", '[package.optional-dependencies]\nx = [{ name = "b" }]\ny = [{ name = "c" }]') +
      ["b", "c", "f", "l"].map((name) => pinned(name)).join("");
    const names = (parts = {}) => closure(text, parts).map(([name]) => name);
    expect(names()).toEqual(["a", "b"]);
    expect(names({ extras: ["fast"], groups: ["lint"] })).toEqual(["a", "b", "f", "l"]);
  });

  it("takes the version that an edge names, and asks for the machine where platforms differ in it", () => {
    const text =
      project(`dependencies = [
        { name = "a", version = "1", marker = "platform_machine == 'x86_64'" },
        { name = "a", version = "2", marker = "platform_machine != 'x86_64'" },
      ]`) +
      pinned("a") +
      pinned("a", "", "2");
    expect(closure(text)).toEqual([["a", "1", true]]);
    expect(closure(text, {}, ["linux/amd64", "linux/arm64"])).toEqual([
      ["a", "1", "platform_machine == 'x86_64'"],
      ["a", "2", "platform_machine != 'x86_64'"],
    ]);
  });

  it("decides the markers of conflicting extras by those that are asked for", () => {
    const text =
      project(`dependencies = [{ name = "a", marker = "extra == 'extra-3-app-cpu'" }, { name = "b", marker = "extra != 'extra-3-app-cpu'" }]
[package.optional-dependencies]
cpu = []`) +
      pinned("a") +
      pinned("b");
    expect(closure(text)).toEqual([["b", "1", true]]);
    expect(closure(text, { extras: ["cpu"] })).toEqual([["a", "1", true]]);
  });

  it("refuses a lock that lacks what it needs", () => {
    expect(() => closure(project('dependencies = [{ name = "a" }]'))).toThrow(/'a'/);
  });
});

describe("pylockTable", () => {
  const file = (name: string) => `{ url = "https://h/${name}", hash = "sha256:${"0".repeat(64)}", size = 5 }`;
  const text = (rest: string, machines = ["x86_64"]) => {
    const lock = graph(pinned("a", rest));
    const packages = lock.packages.map((locked) => ({ locked, marker: true as const }));
    return pylockTable({ packages, lock, machines }) as { packages: Record<string, unknown>[] };
  };

  it("keeps files for the image's machines alone, and a source where no wheel always fits", () => {
    const wheels = [
      "a-1-cp312-cp312-win_amd64.whl",
      "a-1-cp312-cp312-manylinux_2_17_x86_64.whl",
      "a-1-cp312-cp312-musllinux_1_2_aarch64.whl",
    ];
    const rest = `sdist = ${file("a-1.tar.gz")}\nwheels = [${wheels.map(file).join(", ")}]`;
    const urls = (machines: string[]) =>
      (text(rest, machines).packages as { wheels: { url: string }[] }[])
        .flatMap(({ wheels }) => wheels)
        .map(({ url }) => url.slice("https://h/".length));
    expect(urls(["x86_64"])).toEqual([wheels[1]]);
    expect(urls(["x86_64", "aarch64"])).toEqual(wheels.slice(1));
    expect(text(rest).packages[0]).toHaveProperty("sdist");
    const hasSource = (tags: string) =>
      "sdist" in
      (text(`sdist = ${file("a-1.tar.gz")}\nwheels = [${file(`a-1-${tags}-none-any.whl`)}]`).packages[0] ?? {});
    expect(["py3", "py2.py3", "py3.py2"].map(hasSource)).toEqual([false, false, false]);
    expect(["py2", "py310", "cp312", "py2.py312"].map(hasSource)).toEqual([true, true, true, true]);
  });

  it("writes a commit and an archive as the lock has them", () => {
    const commit = "0123456789012345678901234567890123456789";
    const lock =
      graph(`[[package]]\nname = "g"\nversion = "1"\nsource = { git = "https://h/g.git?subdirectory=py&rev=main#${commit}" }
[[package]]\nname = "u"\nversion = "1"\nsource = { url = "https://h/u-1.tar.gz" }\nsdist = { hash = "sha256:${"0".repeat(64)}" }`);
    const packages = lock.packages.map((locked) => ({ locked, marker: true as const }));
    expect(pylockTable({ packages, lock, machines: ["x86_64"] })).toMatchObject({
      packages: [
        {
          vcs: {
            type: "git",
            url: "https://h/g.git",
            "commit-id": commit,
            "requested-revision": "main",
            subdirectory: "py",
          },
        },
        { archive: { url: "https://h/u-1.tar.gz", hashes: { sha256: "0".repeat(64) } } },
      ],
    });
  });
});
