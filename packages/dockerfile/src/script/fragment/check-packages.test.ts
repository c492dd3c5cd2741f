import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { environmentPrefix } from "../../fixtures/environment-prefix.ts";
import { parseStepFault, parseStepWarning } from "../../step-fault.ts";
import { checkPackages } from "./check-packages.ts";
import { findInterpreter } from "./interpreter.ts";

const SITE = "lib/python3.11/site-packages";
let prefix: string;
beforeEach(() => {
  prefix = environmentPrefix();
});
afterEach(() => rmSync(prefix, { recursive: true }));

/** What the step says after `install` has put these files there. */
function said(files: Record<string, string>, install = ":;"): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(prefix, path, ".."), { recursive: true });
    writeFileSync(join(prefix, path), text);
  }
  const script = ["set -e;", findInterpreter(prefix), install, ...checkPackages(prefix), "echo done >&2"].join(" ");
  return spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" }).stderr.trimEnd().split("\n");
}
const record = (name: string, ...rows: string[]) => ({ [`${SITE}/${name}.dist-info/RECORD`]: `${rows.join("\n")}\n` });

it("takes names that only look alike, and a path that two bring with one content", () => {
  const files = {
    "lib/x.wh.y": "",
    "lib/.why": "",
    ...record(
      "one-1.0",
      "shared/a.py,sha256=a,1",
      "../../../bin/python-config,sha256=t,1",
      "one/__init__.py,sha256=1,1",
      // What the wheel had gave way to the installer's own.
      "one-1.0.dist-info/INSTALLER,sha256=its,1",
      "one-1.0.dist-info/INSTALLER,sha256=uvs,1",
    ),
    ...record("two-2.0", "shared/a.py,sha256=a,1", "no-hash.pyc,,", "RECORD,,"),
    ...record("three-3.0", "no-hash.pyc,sha256=x,1", ""),
  };
  expect(said(files)).toEqual(["done"]);
});

it.each(["lib/.wh.x", "lib/.wh..wh..opq", "lib/.wh.folder/naïve"])("refuses %s by name", (path) => {
  const [line = ""] = said({ "lib/other": "", [path]: "" });
  expect(parseStepFault(line)).toMatchObject({ code: "E_RESOLVE" });
  expect(line).toContain(path.split("/").slice(0, 2).join("/"));
});

it.each([
  "../../../pyvenv.cfg",
  "../../../.lock",
  "../../../bin/python",
  "../../../bin/python3",
  "../../../bin/Python3.12t",
  "../../../bin/python/x",
  "../../../bin/activate",
  "../../../share/../bin/pypy3",
  "./../../../bin/../bin/python",
])("refuses a distribution that brings %s", (path) => {
  const [line = ""] = said(record("takes_over-1.0", `${path},sha256=a,1`));
  expect(parseStepFault(line)).toEqual({
    code: "E_RESOLVE",
    message: expect.stringMatching(/^takes_over 1\.0 has .*, which is the environment's own$/),
  });
});

const metadata = (...needs: string[]) => ({
  [`${SITE}/needy-1.0.dist-info/INSTALLER`]: "uv",
  [`${SITE}/needy-1.0.dist-info/METADATA`]: `Name: needy\n${needs.map((need) => `Requires-Dist: ${need}\n`).join("")}\nRequires-Dist: a; platform_release > "1"\n`,
});

it.each([
  "six; platform_release > '5'",
  'six ;\n  platform_version != ""',
  "six; python_version > '3' or platform.version == 'x'",
  "six; platform_release > '5' and sys_platform != 'win32'",
  "six; platform_release > '5' or sys_platform == 'darwin'",
])("refuses a distribution that needs %j, which asks what machine builds", (need) => {
  const [line = ""] = said(metadata("other>1", need));
  expect(parseStepFault(line)).toEqual({
    code: "E_RESOLVE",
    message: expect.stringMatching(/^needy 1\.0 has a requirement that asks for the kernel of the building machine: /),
  });
});

it("takes needs of other systems, and words that are values", () => {
  const needs = [
    "pyobjc; sys_platform == 'darwin' and platform_release >= '20'",
    "x; platform_system == 'Windows' and platform_version > '10'",
    'z; "nt"==os_name and platform_version > "10"',
    "y; extra == 'platform_release'",
    "platform_release-tools>1",
  ];
  expect(said(metadata(...needs))).toEqual(["done"]);
});

it("names the distribution also when the interpreter is already replaced", () => {
  const link = join(prefix, "bin/python");
  const install = `rm ${link}; printf '#!${link}\\n' >${link}; chmod 755 ${link};`;
  const [line = ""] = said(record("takes_over-1.0", "../../../bin/python,sha256=a,1"), install);
  expect(parseStepFault(line)?.message).toMatch(/^takes_over 1\.0 has /);
});

it("warns of a path that two bring with different contents, naming both", () => {
  const lines = said({
    ...record("one-1.0", '"shared/a,b.py",sha256=a,1', "../../../bin/tool,sha256=t,1"),
    ...record("two-2.0", '"shared/a,b.py",sha256=b,1', "../../../bin/tool,sha256=u,1"),
  });
  expect(lines.map(parseStepWarning)).toEqual([
    expect.stringMatching(/shared\/a,b\.py' is in one 1\.0 and in two 2\.0: which of the two stays is left to chance$/),
    expect.stringMatching(/bin\/tool' is in one 1\.0 and in two 2\.0: which of the two stays is left to chance$/),
    undefined,
  ]);
});

it("refuses a distribution with two contents for one place, and sees through lib64", () => {
  const [line = ""] = said(
    record("odd-1.0", "odd.py,sha256=a,1", "../../../lib64/python3.11/site-packages/odd.py,sha256=b,1"),
  );
  expect(parseStepFault(line)).toMatchObject({
    code: "E_RESOLVE",
    message: expect.stringMatching(/^odd 1\.0 has two files for .*, with different contents$/),
  });
});

it.each(["conda\n", undefined])("leaves the needs of what uv did not install to who did: %j", (installer) => {
  const { [`${SITE}/needy-1.0.dist-info/INSTALLER`]: _, ...files } = metadata("six; platform_release > '5'");
  expect(said(installer ? { ...files, [`${SITE}/needy-1.0.dist-info/INSTALLER`]: installer } : files)).toEqual([
    "done",
  ]);
});
