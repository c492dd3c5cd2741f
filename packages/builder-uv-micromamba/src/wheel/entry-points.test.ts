import { describe, expect, it } from "vitest";
import { scriptEntryPoints } from "./entry-points.ts";

const names = (text: string) => scriptEntryPoints(text, "demo.whl").map(({ name }) => name);

describe("blanks, and byte order marks but the first, are read as uv reads them", () => {
  it.each([
    "[console_scripts]\na = b:c\uFEFF\n",
    "[console_scripts]\na = \uFEFFb:c\n",
    "[console_scripts]\na = b:c\n\u0085 d\n",
  ])("so %j is refused", (text) => {
    expect(() => names(text)).toThrow(/^demo\.whl has an entry/);
  });

  it.each([
    ["[console_scripts]\n\uFEFFa = b:c\n", ["\uFEFFa"]],
    ["[console_scripts]\na\uFEFF = b:c\n", ["a\uFEFF"]],
    ["[console_scripts]\n a\u180E = b:c\n", ["a\u180E"]],
    ["[console_scripts]\n\u00A0a\u00A0=\u00A0b:c\u0085\n", ["a"]],
    ["[console_scripts]\na = b:c\u2028\v\n", ["a"]],
    ["[console_scripts\uFEFF]\na = b:c\n", []],
    ["\uFEFF[console_scripts]\na = b:c\n", ["a"]],
    ["\uFEFF# one\r\n[console_scripts]\r\na = b:c\r\n", ["a"]],
    ["\uFEFF", []],
  ])("so %j has its scripts", (text, found) => {
    expect(names(text)).toEqual(found);
  });
});
