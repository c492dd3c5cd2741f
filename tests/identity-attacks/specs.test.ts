import { mkdirSync, writeFileSync } from "node:fs";
import { ImageSpec } from "@imagespec/core";
import { describe, expect, it } from "vitest";
import { all, below, put, tagOf, useAttackFolder } from "./attack-folder.ts";

useAttackFolder();

describe("two specs never share a tag", () => {
  it.each<[string, object, object]>([
    ["a list, and its items joined", { commands: ["a", "b"] }, { commands: ["a\nb"] }],
    ["commands in another order", { commands: ["a", "b"] }, { commands: ["b", "a"] }],
    ["a command twice", { commands: ["a"] }, { commands: ["a", "a"] }],
    ["an argument in two", { entrypoint: ["a b"] }, { entrypoint: ["a", "b"] }],
    ["no entrypoint, and an empty one", {}, { entrypoint: [] }],
    ["an empty argument", { entrypoint: ["a"] }, { entrypoint: ["a", ""] }],
    [
      "a value with a quote that looks like the next variable",
      { env: { A: '1","B":"2' } },
      { env: { A: "1", B: "2" } },
    ],
    ["a variable that is empty, and none", { env: { A: "" } }, {}],
    ["names of variables in another case", { env: { a: "1" } }, { env: { A: "1" } }],
    ["a value in two Unicode forms", { env: { A: "\u00e9" } }, { env: { A: "e\u0301" } }],
    ["values exchanged", { env: { A: "1", B: "2" } }, { env: { A: "2", B: "1" } }],
    ["a name that objects have by themselves", { env: { constructor: "1" } }, { env: { toString: "1" } }],
    ["packages in another order", { packages: ["a", "b"] }, { packages: ["b", "a"] }],
    ["a package of apt and of Python", { aptPackages: ["git"] }, { packages: ["git"] }],
    ["a package of conda and of Python", { condaPackages: ["six"] }, { condaPackages: ["python"], packages: ["six"] }],
    ["channels in another order", { condaChannels: ["a", "b"] }, { condaChannels: ["b", "a"] }],
    [
      "an index, and an extra one",
      { packages: ["a"], pipIndex: "https://h/s" },
      { packages: ["a"], pipExtraIndexUrl: ["https://h/s"] },
    ],
    ["a build of PyTorch, and none", { packages: ["torch"], torchBackend: "cpu" }, { packages: ["torch"] }],
    ["two builds of PyTorch", { packages: ["a"], torchBackend: "cu126" }, { packages: ["a"], torchBackend: "cu128" }],
    [
      "a build of PyTorch, and the option of that meaning",
      { packages: ["a"], torchBackend: "cpu" },
      { packages: ["a"], pipExtraArgs: "--torch-backend cpu" },
    ],
    [
      "a build of PyTorch, and a package of its name",
      { packages: ["a"], torchBackend: "cpu" },
      { packages: ["a", "cpu"] },
    ],
    ["a number and a text among options", { builderOptions: { a: 1 } }, { builderOptions: { a: "1" } }],
    ["null and nothing among options", { builderOptions: { a: null } }, { builderOptions: {} }],
    ["a list and an object among options", { builderOptions: { a: ["x"] } }, { builderOptions: { a: { 0: "x" } } }],
    ["an option named like a method", { builderOptions: { a: { toString: 1 } } }, { builderOptions: { a: {} } }],
    ["a tag and no tag of the base", { baseImage: "debian:latest" }, { baseImage: "debian:bookworm" }],
    ["a digest behind the base's tag", { baseImage: "debian:a" }, { baseImage: `debian:a@sha256:${"0".repeat(64)}` }],
    ["a base in another registry", { baseImage: "a.example/debian" }, { baseImage: "b.example/debian" }],
    ["a tool's image", { builderConfig: { uvImage: "a:1" } }, { builderConfig: { micromambaImage: "a:1" } }],
    [
      "a Python of the base, and the same version named",
      { baseImage: "python:3.12" },
      { baseImage: "python:3.12", pythonVersion: "3.12" },
    ],
    ["a version with a patch", { pythonVersion: "3.12" }, { pythonVersion: "3.12.0" }],
    ["bytecode", {}, { bytecode: false }],
    [
      "what a base of a base is",
      { baseImage: { name: "a", baseImage: "x" } },
      { baseImage: { name: "a", baseImage: "y" } },
    ],
    ["a base spec, and an image of its name", { baseImage: { name: "a" } }, { baseImage: "a" }],
    ["one platform, and two", { platform: "linux/amd64" }, { platform: "linux/amd64,linux/arm64" }],
    ["variants of a processor", { platform: "linux/arm/v6" }, { platform: "linux/arm/v7" }],
  ])("%s", async (_, one, other) => {
    expect(await tagOf(one)).not.toBe(await tagOf(other));
  });

  it("a spec with an id of another one is not that one", async () => {
    const id = new ImageSpec({ packages: ["a"] }, { root: below("") }).id;
    expect(await tagOf({ packages: ["b"] }, { id })).not.toBe(await tagOf({ packages: ["a"] }));
    expect(await tagOf({ packages: ["a"] }, { id })).toBe(await tagOf({ packages: ["a"] }));
  });

  it("a requirements file is not the list of its lines, nor a file of another name", async () => {
    writeFileSync(below("requirements.txt"), "six\n");
    writeFileSync(below("other.txt"), "six\n");
    const tags = [{ requirements: "requirements.txt" }, { requirements: "other.txt" }, { packages: ["six"] }];
    expect(new Set(await Promise.all(tags.map((one) => tagOf(one)))).size).toBe(3);
  });

  it("a file behind -r counts, and a file behind -c is not a file behind -r", async () => {
    writeFileSync(below("a.txt"), "-r b.txt\n");
    writeFileSync(below("b.txt"), "six\n");
    const before = await tagOf({ requirements: "a.txt" });
    writeFileSync(below("a.txt"), "-c b.txt\n");
    const constrained = await tagOf({ requirements: "a.txt" });
    writeFileSync(below("b.txt"), "six<2\n");
    expect(new Set([before, constrained, await tagOf({ requirements: "a.txt" })]).size).toBe(3);
  });

  it("what lies under requirements is not a source, though it looks like one", async () => {
    put("requirements/a.txt", "six\n");
    mkdirSync(below("requirements"));
    writeFileSync(below("requirements/a.txt"), "six\n");
    const tags = [all, { requirements: "requirements/a.txt" }, { copy: ["requirements/a.txt"] }];
    expect(new Set(await Promise.all(tags.map((one) => tagOf(one)))).size).toBe(3);
  });
});

describe("one spec has one tag", () => {
  it.each<[string, object, object]>([
    ["variables in another order", { env: { A: "1", B: "2" } }, { env: { B: "2", A: "1" } }],
    ["variables named by numbers", { env: { 10: "1", 9: "2", a: "3" } }, { env: { a: "3", 9: "2", 10: "1" } }],
    [
      "options in another order",
      { builderOptions: { a: 1, b: { c: 1, d: 2 } } },
      { builderOptions: { b: { d: 2, c: 1 }, a: 1 } },
    ],
    [
      "platforms in another order, and twice",
      { platform: "linux/arm64,linux/amd64" },
      { platform: "linux/amd64,linux/arm64,linux/amd64" },
    ],
    [
      "other names of platforms",
      { platform: "linux/x86_64,linux/aarch64" },
      { platform: "Linux/amd64,linux/arm64/v8" },
    ],
    ["other names of 32 bits", { platform: "linux/386,linux/arm/v7" }, { platform: "linux/i686,linux/armhf" }],
    ["spaces between platforms", { platform: "linux/amd64, linux/arm64" }, { platform: "linux/amd64,linux/arm64" }],
    ["empty lists", { packages: [], commands: [], env: {}, aptPackages: [] }, {}],
    ["paths written otherwise", { copy: ["./src//a", "src/./b/"] }, { copy: ["src/a", "src/b"] }],
    ["minus nought", { builderOptions: { a: -0 } }, { builderOptions: { a: 0 } }],
    ["another registry", { registry: "a.example" }, { registry: "b.example/c" }],
  ])("%s", async (_, one, other) => {
    put("a", "1");
    put("b/c", "2");
    expect(await tagOf(one)).toBe(await tagOf(other));
  });

  it.each<[string, object, object]>([
    [
      "names of the original",
      { base_image: "x", pip_index: "https://h/s" },
      { baseImage: "x", pipIndex: "https://h/s" },
    ],
    [
      "numbers in any form of JSON",
      JSON.parse('{"builderOptions":{"a":1.0,"b":1e2}}'),
      JSON.parse('{"builderOptions":{"a":1,"b":100}}'),
    ],
  ])("in a spec file: %s", async (_, one, other) => {
    expect(await tagOf(one, { fromFile: true })).toBe(await tagOf(other, { fromFile: true }));
  });
});

it("the hash is all of the document: no two of many near ones meet", async () => {
  const tags = new Set<string>();
  for (let index = 0; index < 200; index++) tags.add(await tagOf({ env: { A: String(index) } }));
  expect(tags.size).toBe(200);
});
