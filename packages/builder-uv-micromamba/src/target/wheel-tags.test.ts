import { describe, expect, it } from "vitest";
import { placeOf } from "../wheel/prefer-wheel.ts";
import { parseWheelName } from "../wheel/wheel-name.ts";
import { GLIBC, MUSL } from "./fixtures/targets.ts";
import { wheelTags } from "./wheel-tags.ts";

describe("wheelTags", () => {
  const fits = (tags: string, target = GLIBC) =>
    placeOf(parseWheelName(`a-1-${tags}.whl`), wheelTags(target)) !== undefined;

  it("takes what the interpreter and the C library can load", () => {
    for (const tags of [
      "py3-none-any",
      "py2.py3-none-any",
      "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
      "cp39-abi3-manylinux_2_28_x86_64",
      "py311-none-any",
      "cp311-none-linux_x86_64",
    ])
      expect(fits(tags), tags).toBe(true);
  });
  it("leaves what it cannot", () => {
    for (const tags of [
      "py2-none-any",
      "cp312-cp312-manylinux_2_17_x86_64",
      "cp310-cp310-manylinux_2_17_x86_64",
      "cp312-abi3-manylinux_2_17_x86_64",
      "cp311-cp311-manylinux_2_39_x86_64",
      "cp311-cp311-manylinux_2_17_aarch64",
      "cp311-cp311-musllinux_1_2_x86_64",
      "cp311-cp311-macosx_11_0_arm64",
      "cp311-cp311-win_amd64",
      "py312-none-any",
      "cp3-abi3-manylinux_2_17_x86_64",
      "cp39-abi3-any",
      "cp311-cp311t-manylinux_2_17_x86_64",
      "cp310-none-any",
      "CP311-CP311-manylinux_2_17_x86_64",
      "cp311-cp311-manylinux_2_4_x86_64",
    ])
      expect(fits(tags), tags).toBe(false);
    expect(fits("cp311-cp311-musllinux_1_2_x86_64", MUSL)).toBe(true);
    expect(fits("cp311-cp311-manylinux_2_17_x86_64", MUSL)).toBe(false);
    expect(fits("cp311-cp311-musllinux_1_3_x86_64", MUSL)).toBe(false);
    const arm = { ...GLIBC, architecture: "arm64" };
    expect(fits("cp311-cp311-manylinux2014_aarch64", arm)).toBe(true);
    expect(fits("cp311-cp311-manylinux_2_12_aarch64", arm)).toBe(false);
  });
});
