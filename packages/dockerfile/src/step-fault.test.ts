import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { FAIL_FUNCTION } from "./script/fragment/fail.ts";
import { parseStepFault } from "./step-fault.ts";

it("names a fault in what the step prints, and not in the script that would print it", () => {
  const script = `${FAIL_FUNCTION} fail E_NO_PYTHON 'the base has none'`;
  let printed = "";
  try {
    execFileSync("/bin/sh", ["-c", script], { stdio: "pipe" });
  } catch (error) {
    printed = String((error as { stderr: Buffer }).stderr);
  }
  expect(parseStepFault(printed.trimEnd())).toEqual({ code: "E_NO_PYTHON", message: "the base has none" });
  expect(parseStepFault(`#9 0.063 ${printed.trimEnd()}`)).toMatchObject({ code: "E_NO_PYTHON" });
  expect(parseStepFault(`executor failed running [/bin/sh -c ${script}]`)).toBeUndefined();
});
