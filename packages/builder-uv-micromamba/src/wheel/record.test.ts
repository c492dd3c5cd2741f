import { describe, expect, it } from "vitest";
import { parseRecord } from "./record.ts";

describe("RECORD is read as uv reads it", () => {
  it.each([
    ["a.py,,\n", ["a.py"]],
    ["a.py,,", ["a.py"]],
    ["\uFEFFa.py,,\n", ["a.py"]],
    ['\uFEFF"a.py",,\n', ["a.py"]],
    ["b.py,,\n\uFEFFa.py,,\n", ["b.py", "\uFEFFa.py"]],
    ["a.py,,\rb.py,,\r", ["a.py", "b.py"]],
    ["a.py,,\r\r\nb.py,,\r\n", ["a.py", "b.py"]],
    ["\n\na.py,,\n\n", ["a.py"]],
    ['"a\nb.py",,\n', ["a\nb.py"]],
    ['"a,b.py",,\n', ["a,b.py"]],
    ['"a""b.py",,\n', ['a"b.py']],
    ['"a.py"x,,\n', ["a.pyx"]],
    ['a"b".py,,\n', ['a"b".py']],
    ["a.py,,,x\nb.py,,,\n", ["a.py", "b.py"]],
    [",,\n", [""]],
    ["", []],
    ["\n", []],
  ])("%j", (text, paths) => {
    expect(parseRecord(text, "demo.whl").map(({ path }) => path)).toEqual(paths);
  });

  it("with hashes and sizes", () => {
    expect(parseRecord('a,sha256=x,"1"\n"b",,03\nc,"",+4\n', "demo.whl")).toEqual([
      { path: "a", hash: "sha256=x", size: "1" },
      { path: "b", hash: "", size: "03" },
      { path: "c", hash: "", size: "+4" },
    ]);
  });

  it.each([
    "a.py\n",
    "a.py,\n",
    "a.py;;\n",
    "   \na.py,,\n",
    '""\n',
    '"a.py,,\n',
    'a.py,,\n"b.py,,\n',
    "a.py,,,\nb.py,,\n",
    "a.py,,\nb.py,,,\n",
    "a.py,,x\n",
    "a.py,,-1\n",
    "a.py,, 1\n",
    'a.py,, "1"\n',
    "a.py,,1.0\n",
    'a.py,,"\n',
  ])("and refused as uv refuses it: %j", (text) => {
    expect(() => parseRecord(text, "demo.whl")).toThrow(
      /^demo\.whl has a RECORD with a line that is no path, hash and size: /,
    );
  });

  it("in a time that is linear in its length", () => {
    expect(() => parseRecord(`"${'a""'.repeat(500_000)}`, "demo.whl")).toThrow();
    expect(parseRecord("a,,\n".repeat(200_000), "demo.whl")).toHaveLength(200_000);
  });
});
