import { describe, expect, it } from "vitest";
import { groupForLayers } from "../layer/group-for-layers.ts";
import { preferWheel } from "./prefer-wheel.ts";
import { parseWheelName } from "./wheel-name.ts";

const best = (...names: string[]) =>
  preferWheel(
    names.map((filename) => ({ filename })),
    "3.11",
  )?.filename;

describe("preferWheel", () => {
  it("takes the interpreter's own ABI, then abi3, then pure Python", () => {
    const own = "a-1-cp311-cp311-manylinux_2_17_x86_64.whl";
    const abi3 = "a-1-cp39-abi3-manylinux_2_28_x86_64.whl";
    const older = "a-1-cp37-abi3-manylinux_2_28_x86_64.whl";
    const pure = "a-1-py3-none-any.whl";
    expect(best(pure, older, abi3, own)).toBe(own);
    expect(best(pure, older, abi3)).toBe(abi3);
    expect(best(pure, older)).toBe(older);
    expect(best(pure)).toBe(pure);
    expect(best()).toBeUndefined();
  });

  it("takes the newest platform, then the highest build", () => {
    const legacy = "a-1-cp311-cp311-manylinux2014_x86_64.whl";
    const both = "a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";
    const newer = "a-1-cp311-cp311-manylinux_2_28_x86_64.whl";
    expect(best(legacy, newer)).toBe(newer);
    expect(best(newer, both)).toBe(newer);
    expect(best("a-1-1-py3-none-any.whl", "a-1-2-py3-none-any.whl")).toBe("a-1-2-py3-none-any.whl");
  });
});

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

describe("groupForLayers", () => {
  const wheel = (name: string, size = 1000, version = "1") => ({ name, size, version });
  const many = Array.from({ length: 100 }, (_, at) => wheel(`package-${at}`));
  const group = (items: ReturnType<typeof wheel>[], limit = 50) => groupForLayers(items, (item) => item, limit);

  it("gives large ones a layer of their own and the rest at most eight", () => {
    const groups = group([...many, wheel("torch", 9e6), wheel("numpy", 17e6)]);
    expect(groups.length).toBeLessThanOrEqual(10);
    expect(groups.slice(0, 2).map((items) => items.map(({ name }) => name))).toEqual([["numpy"], ["torch"]]);
    expect(groups.flat().length).toBe(102);
  });

  it("changes one group when one package changes, in whatever order they come", () => {
    const before = group(many).map((items) => JSON.stringify(items));
    const changed = many.map((item) => (item.name === "package-7" ? { ...item, version: "2" } : item)).reverse();
    const after = group(changed).map((items) => JSON.stringify(items));
    expect(after.filter((text) => !before.includes(text)).length).toBe(1);
    expect(after.length).toBe(before.length);
  });

  it("never makes more layers than there may be", () => {
    const large = Array.from({ length: 80 }, (_, at) => wheel(`large-${at}`, 9e6));
    expect(group([...large, ...many], 20).length).toBeLessThanOrEqual(20);
    expect(group([...large, ...many], 20).flat().length).toBe(180);
  });
});
