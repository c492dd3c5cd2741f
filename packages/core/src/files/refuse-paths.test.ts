import { describe, expect, it } from "vitest";
import { InputFaults } from "./input-faults.ts";
import { refusePaths } from "./refuse-paths.ts";

/** The codes of the faults of a path. */
function codes(path: string): string[] {
  const faults = new InputFaults();
  refusePaths([{ path, type: "directory" }], faults);
  try {
    faults.throwIfAny();
    return [];
  } catch (error) {
    return (error as { faults: { code: string }[] }).faults.map(({ code }) => code);
  }
}

describe("paths that an image cannot hold", () => {
  // With /root/ before it Linux takes 4095 bytes.
  it.each([
    ["letters", "a/".repeat(2044), "a"],
    ["letters of two bytes", "é/".repeat(1362), "aaa"],
    ["letters of four bytes", "😀/".repeat(817), "aaaa"],
  ])("are those of more bytes than Linux opens: %s", (_, folders, name) => {
    for (const tree of ["source", "copy"]) {
      expect(codes(`${tree}/${folders}${name}`)).toEqual([]);
      expect(codes(`${tree}/${folders}${name}x`)).toEqual(["path_length"]);
    }
  });

  it("are names that delete files", () => {
    expect(codes("source/a/.wh.b")).toEqual(["whiteout"]);
    expect(codes("source/a.wh.b")).toEqual([]);
  });
});
