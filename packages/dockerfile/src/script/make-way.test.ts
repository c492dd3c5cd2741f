import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseStepFault, parseStepWarning } from "../step-fault.ts";
import { makeWayScript } from "./make-way.ts";

const ODD = ["plain", "a b", "quote'\"`$x", "-dash", ".hidden", "..twice", "*", "two\nlines", "é"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imagespec-way-"));
  for (const name of ["context/source/deep", "root/deep", "etc"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(at("etc/target"), "target");
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (path: string) => join(folder, path);
const ship = (path: string) => writeFileSync(at(`context/source/${path}`), "shipped");

function run(change = (script: string) => script, places = [at("nowhere"), at("context/source")]) {
  const script = makeWayScript({ parameter: "sourceRoot", places, to: at("root"), digest: "0" }).join(" ");
  const { status, stderr } = spawnSync("/bin/sh", ["-c", change(script)], { encoding: "utf8" });
  return { status, stderr, fault: parseStepFault(stderr.split("\n")[0] ?? "") };
}

const withoutFind = (script: string) => script.replace("command -v find", "command -v no-such-program");

describe("a shipped file where the base has something that a write would go through", () => {
  it.each(ODD)("finds the place empty: %j", (name) => {
    for (const place of ["", "deep/"]) {
      ship(`${place}${name}`);
      symlinkSync(at("etc/target"), at(`root/${place}${name}`));
    }
    expect(run()).toMatchObject({ status: 0, stderr: "" });
    for (const place of ["", "deep/"])
      expect(lstatSync(at(`root/${place}${name}`), { throwIfNoEntry: false })).toBe(undefined);
    expect(readFileSync(at("etc/target"), "utf8")).toBe("target");
  });

  it("is ready for links that lead nowhere, to a folder or to themselves, names of one file, and pipes", () => {
    for (const name of ["nowhere", "folder", "self", "same", "pipe"]) ship(name);
    symlinkSync("/none", at("root/nowhere"));
    symlinkSync(at("etc"), at("root/folder"));
    symlinkSync("self", at("root/self"));
    linkSync(at("etc/target"), at("root/same"));
    spawnSync("mkfifo", [at("root/pipe")]);
    expect(run()).toMatchObject({ status: 0, stderr: "" });
    for (const name of ["nowhere", "folder", "self", "same", "pipe"])
      expect(lstatSync(at(`root/${name}`), { throwIfNoEntry: false }), name).toBe(undefined);
    expect(existsSync(at("etc/target"))).toBe(true);
  });

  it("cannot tell names of one file without find, and has every file give way", () => {
    ship("same");
    linkSync(at("etc/target"), at("root/same"));
    expect(run(withoutFind)).toMatchObject({ status: 0, stderr: "" });
    expect(existsSync(at("root/same"))).toBe(false);
  });
});

it("leaves alone what is replaced anyway or not shipped", () => {
  ship("again");
  writeFileSync(at("root/again"), "base");
  for (const [path, target] of [
    ["context/source/link", "x"],
    ["root/link", "x"],
    ["root/other", "y"],
    ["root/*", "y"],
  ] as const)
    symlinkSync(target, at(path));
  linkSync(at("etc/target"), at("root/of-the-base"));
  linkSync(at("etc/target"), at("root/deep/of-the-base"));
  // A link of the base to a folder is not gone into.
  mkdirSync(at("etc/folder"));
  expect(run()).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(at("root/again"), "utf8")).toBe("base");
  expect(["link", "other", "*"].map((name) => readlinkSync(at(`root/${name}`)))).toEqual(["x", "y", "y"]);
  expect(existsSync(at("root/of-the-base")) && existsSync(at("root/deep/of-the-base"))).toBe(true);
});

it("does not take the folder itself for a file below it", () => {
  mkdirSync(at(`context/source${folder}`), { recursive: true });
  ship(at("root"));
  linkSync(at("etc/target"), at("root/of-the-base"));
  expect(run()).toMatchObject({ status: 0, stderr: "" });
  expect(existsSync(at("root/of-the-base"))).toBe(true);
});

describe("a folder where the base has something else, or the other way round", () => {
  const says = (what: string, name = "app") => ({
    code: "E_INPUT_FILE",
    message: `sourceRoot: '${name}' is ${what} at ${at(`root/${name}`)}`,
  });

  it.each<[string, () => void]>([
    ["a file", () => writeFileSync(at("root/app"), "")],
    ["a link", () => symlinkSync(at("etc"), at("root/app"))],
    ["a special file", () => spawnSync("mkfifo", [at("root/app")])],
  ])("is a fault of the spec: %s", (kind, make) => {
    mkdirSync(at("context/source/app"));
    make();
    const { fault, status } = run();
    expect(status).toBe(65);
    expect(fault).toEqual(says(`a folder, and the base image has ${kind}`));
  });

  it("is one for files and links, too, however deep", () => {
    ship("deep/app");
    mkdirSync(at("root/deep/app"));
    expect(run().fault).toEqual(says("a file, and the base image has a folder", "deep/app"));
    rmSync(at("context/source/deep/app"));
    symlinkSync("x", at("context/source/deep/app"));
    expect(run(withoutFind).fault).toEqual(says("a link, and the base image has a folder", "deep/app"));
  });
});

it("warns where the tree is not to be found", () => {
  const { status, stderr } = run(undefined, [at("nowhere")]);
  expect(status).toBe(0);
  expect(parseStepWarning(stderr.trim())).toContain("links of the base image below");
});
