import { describe, expect, it } from "vitest";
import { splitArguments } from "./split-arguments.ts";

describe("splitArguments", () => {
  it.each([
    ["--no-deps  --pre", ["--no-deps", "--pre"]],
    ["--a 'b c' --d=\"e f\"", ["--a", "b c", "--d=e f"]],
    ["'' x\\ny", ["", "x\\ny"]],
    [" \t\n", []],
    ["'a", undefined],
    ['x"', undefined],
  ])("of %j", (text, parts) => {
    expect(splitArguments(text)).toEqual(parts);
  });
});
