import { describe, expect, it } from "vitest";
import { parseWheelName } from "./wheel-name.ts";

describe("parseWheelName", () => {
  it("reads tags and the optional build", () => {
    expect(parseWheelName("Foo_bar-1.0-2b-cp311.py3-abi3.none-any.whl")).toEqual({
      distribution: "Foo_bar",
      version: "1.0",
      build: "2b",
      pythons: ["cp311", "py3"],
      abis: ["abi3", "none"],
      platforms: ["any"],
    });
  });
  it("refuses other names", () => {
    for (const name of ["a-1.tar.gz", "a-1-any.whl", "a.whl", "a-1-2-3-4-5-6.whl"])
      expect(() => parseWheelName(name)).toThrow();
  });
});
