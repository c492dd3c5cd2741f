import { expect, it } from "vitest";
import { type ChosenFiles, noteChoice } from "./chosen-files.ts";

it("keeps the last file that uv says it has chosen of a version, and leaves lines that are for people", () => {
  const chosen: ChosenFiles = new Map();
  // As uv 0.13 writes them.
  const lines = [
    "DEBUG Solving with installed Python version: 3.11.7",
    "DEBUG Searching for a compatible version of six (>=1)",
    "DEBUG Selecting: six==1.0 [compatible] (six-1.0-cp311-cp311-manylinux2014_x86_64.whl)",
    "DEBUG Selecting: six==1.0 [preference] (six-1.0-py3-none-any.whl)",
    "DEBUG Selecting: six[extra]==1.0 [compatible] (six-1.0-py3-none-any.whl)",
    "DEBUG Selecting: odd==1!2.0+cpu [compatible] (odd-1!2.0+cpu-1-py3-none-any.whl)",
    "DEBUG Selecting: source==1.0 [compatible] (source-1.0.tar.gz)",
    "Resolved 3 packages in 16ms",
    "warning: DEBUG is off",
  ];
  expect(lines.filter((line) => !noteChoice(line, chosen))).toEqual(lines.slice(-2));
  expect([...chosen]).toEqual([
    ["six==1.0", "six-1.0-py3-none-any.whl"],
    ["odd==1!2.0+cpu", "odd-1!2.0+cpu-1-py3-none-any.whl"],
  ]);
});
