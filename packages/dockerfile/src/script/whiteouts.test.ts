import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FAIL_FUNCTION, parseStepFault } from "../step-fault.ts";
import { whiteoutScript } from "./whiteouts.ts";

let prefix: string;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), "prefix-"));
  mkdirSync(join(prefix, "bin"));
  symlinkSync(
    execFileSync("/bin/sh", ["-c", "command -v python3"], { encoding: "utf8" }).trim(),
    join(prefix, "bin/python"),
  );
});
afterEach(() => rmSync(prefix, { recursive: true }));

function faultOf(...paths: string[]) {
  for (const path of paths) {
    mkdirSync(join(prefix, path, ".."), { recursive: true });
    writeFileSync(join(prefix, path), "");
  }
  try {
    execFileSync("/bin/sh", ["-c", ["set -e;", FAIL_FUNCTION, ...whiteoutScript(prefix)].join("\n")], {
      stdio: "pipe",
    });
  } catch (error) {
    return parseStepFault(String((error as { stderr: Buffer }).stderr).trimEnd());
  }
  return undefined;
}

it("takes names that only look alike", () => {
  expect(faultOf("lib/x.wh.y", "lib/.why")).toBeUndefined();
});

it.each([["lib/.wh.x"], ["lib/.wh..wh..opq"], ["lib/.wh.folder/naïve"]])("refuses %s by name", (path) => {
  const fault = faultOf("lib/other", path);
  expect(fault).toMatchObject({ code: "E_RESOLVE" });
  expect(fault?.message).toContain(path.split("/").slice(0, 2).join("/"));
});
