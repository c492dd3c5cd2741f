import { describe, expect, it } from "vitest";
import { GLIBC } from "../target/fixtures/targets.ts";
import { wheelTags } from "../target/wheel-tags.ts";
import { preferWheel } from "./prefer-wheel.ts";

const TAGS = wheelTags(GLIBC);
const best = (...tags: string[]) =>
  preferWheel(
    tags.map((tag) => ({ filename: `a-1-${tag}.whl` })),
    TAGS,
  )?.filename.slice("a-1-".length, -".whl".length);

describe("preferWheel", () => {
  it("takes the interpreter's own ABI, then abi3, then pure Python", () => {
    const own = "cp311-cp311-manylinux_2_17_x86_64";
    const abi3 = "cp39-abi3-manylinux_2_28_x86_64";
    const older = "cp37-abi3-manylinux_2_28_x86_64";
    const pure = "py3-none-any";
    expect(best(pure, older, abi3, own)).toBe(own);
    expect(best(pure, older, abi3)).toBe(abi3);
    expect(best(pure, older)).toBe(older);
    expect(best(pure)).toBe(pure);
    expect(best()).toBeUndefined();
  });

  // Each as uv 0.13 chooses for Python 3.11 and glibc 2.36, whichever is listed first.
  it.each([
    ["py3-none-any", "py310-none-any"],
    ["py311-none-any", "py3-none-any"],
    ["py2.py3-none-any", "py39.py310-none-any"],
    ["cp311-none-any", "py311-none-any"],
    ["py3-none-manylinux2014_x86_64", "cp311-none-any"],
    ["cp311-abi3-manylinux2014_x86_64", "cp311-none-manylinux2014_x86_64"],
    ["cp311-none-manylinux1_x86_64", "cp310-abi3-manylinux2014_x86_64"],
    ["cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64"],
    ["cp311-cp311-manylinux_2_12_x86_64", "cp311-cp311-manylinux2010_x86_64"],
    ["cp311-cp311-manylinux_2_5_x86_64", "cp311-cp311-manylinux1_x86_64"],
    ["cp311-cp311-manylinux1_x86_64", "cp311-cp311-linux_x86_64"],
    ["cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_40_x86_64.manylinux_2_5_x86_64"],
    ["cp311-cp311-manylinux_2_5_x86_64.manylinux_2_34_x86_64", "cp311-cp311-manylinux_2_28_x86_64"],
    ["cp37-abi3-manylinux2014_x86_64", "cp36.cp312-abi3-manylinux2014_x86_64"],
    ["cp32-abi3-linux_x86_64", "py3-none-any"],
    ["1b-py3-none-any", "1a-py3-none-any"],
    ["1a-py3-none-any", "1-py3-none-any"],
    ["10-py3-none-any", "2b-py3-none-any"],
    ["0-py3-none-any", "py3-none-any"],
    ["20240101120000000002-py3-none-any", "20240101120000000001-py3-none-any"],
    ["py3-none-any", "cp38-abi3-any"],
    ["py3-none-any", "x-py3-none-any"],
  ])("takes %s rather than %s", (wanted, other) => {
    expect(best(wanted, other)).toBe(wanted);
    expect(best(other, wanted)).toBe(wanted);
  });

  it("takes the first of wheels that are equally good", () => {
    expect(best("py2.py3-none-any", "py3-none-any")).toBe("py2.py3-none-any");
    expect(best("py3-none-any", "py2.py3-none-any")).toBe("py3-none-any");
  });
});
