import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseStepFault } from "../step-fault.ts";
import { followLinksScript } from "./follow-links.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imagespec-links-"));
  mkdirSync(at("deep/.er/..est"), { recursive: true });
  writeFileSync(at("file"), "");
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (path: string) => join(folder, path);

/** Looks at the folder in the place of the image's root. */
function run() {
  const script = ["set -e;", ...followLinksScript()].join(" ").replace("follow_links ''", `follow_links '${folder}'`);
  const { stderr, status } = spawnSync("/bin/sh", ["-c", `${script}; echo went on`], { encoding: "utf8" });
  return { status, fault: parseStepFault(stderr.split("\n")[0] ?? "") };
}

describe("the search for links that kaniko cannot follow", () => {
  it.each(["plain", "a b", "quote'\"`$x", "-dash", ".hidden", "..twice", "*", "deep/.er/..est/é"])(
    "finds one that leads to itself: %j",
    (name) => {
      symlinkSync(at(name), at(name));
      expect(run()).toMatchObject({
        status: 65,
        fault: { code: "E_UNSUPPORTED", message: expect.stringContaining(name) },
      });
    },
  );

  it.each([
    ["in a circle", "two"],
    ["below itself", "one/two"],
    ["through a file", "file/two"],
    ["to a file with a slash behind it", "file/"],
    ["to a name that is too long", "x".repeat(256)],
  ])("finds one that leads %s", (_, target) => {
    symlinkSync("one", at("two"));
    symlinkSync(target, at("one"));
    expect(run()).toMatchObject({ status: 65, fault: { code: "E_UNSUPPORTED" } });
  });

  it.each([
    "file",
    "deep",
    "..",
    "deep/../file",
    "nowhere",
    "nowhere/at/all",
    "No such file or directory",
    "two\nlines",
  ])("takes one to %j", (target) => {
    symlinkSync(target, at("one"));
    symlinkSync("one", at("two"));
    expect(run()).toEqual({ status: 0, fault: undefined });
  });
});
