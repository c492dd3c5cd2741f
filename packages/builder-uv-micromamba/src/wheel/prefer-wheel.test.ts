import { describe, expect, it } from "vitest";
import { preferWheel } from "./prefer-wheel.ts";

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
