import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EnvironmentStep } from "@imagespec/core/builder";
import { afterEach, beforeEach, expect, it } from "vitest";
import { environmentPrefix } from "../../fixtures/environment-prefix.ts";
import { forgetFiles } from "./forget-files.ts";
import { findInterpreter } from "./interpreter.ts";

const SITE = "lib/python3.11/site-packages";
let prefix: string;
beforeEach(() => {
  prefix = environmentPrefix();
});
afterEach(() => rmSync(prefix, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(prefix, path)), { recursive: true });
  writeFileSync(join(prefix, path), text);
}

/** Installs a distribution whose RECORD has these paths, below site-packages. */
function install(name: string, installer: string, ...paths: string[]): void {
  for (const path of paths) write(join(SITE, path), "");
  const info = `${SITE}/${name}-1.dist-info`;
  write(`${info}/INSTALLER`, installer);
  write(`${info}/RECORD`, paths.map((path) => `${/[",]/.test(path) ? `"${path}"` : path},sha256=x,0\n`).join(""));
}

function forget(bytecode: boolean, from: "index" | "folder"): void {
  const environment = { manager: "venv", prefix, bytecode } as EnvironmentStep;
  const script = ["set -e;", findInterpreter(prefix), ...forgetFiles(environment, from)].join(" ");
  const { status, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
}

const record = (name: string) => readFileSync(join(prefix, SITE, `${name}-1.dist-info/RECORD`), "utf8");
const files = (folder: string) => readdirSync(join(prefix, SITE, folder)).sort();

it("takes the bytecode that a wheel brings for its modules out of the image and out of RECORD", () => {
  const others = [
    "a/m.py",
    "a/m.pyc",
    "a/__pycache__/notes.txt",
    "a/__pycache__/sub/x.pyc",
    "../../../share/__pycache__/y.pyc",
  ];
  const bytecode = ["a/__pycache__/m.cpython-311.pyc", "a/__pycache__/gone.pyc", "./a/__pycache__/x,y.pyc"];
  install("a", "uv", ...others.slice(0, 2), ...bytecode, ...others.slice(2));
  install("b", "pip", "b/__pycache__/m.pyc");
  forget(true, "index");
  expect(record("a")).toBe(others.map((path) => `${path},sha256=x,0\n`).join(""));
  expect(files("a/__pycache__")).toEqual(["notes.txt", "sub"]);
  expect([record("b"), files("b/__pycache__")]).toEqual(["b/__pycache__/m.pyc,sha256=x,0\n", ["m.pyc"]]);
});

it("leaves it where the environment has none of its own, and forgets where a wheel lay", () => {
  install("a", "uv", "a/__pycache__/m.pyc", "a-1.dist-info/uv_cache.json");
  forget(false, "folder");
  expect([record("a"), files("a-1.dist-info")]).toEqual(["a/__pycache__/m.pyc,sha256=x,0\n", ["INSTALLER", "RECORD"]]);
  expect(forgetFiles({ bytecode: false } as EnvironmentStep, "index")).toEqual([]);
});
