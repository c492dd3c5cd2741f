import { describe, expect, it } from "vitest";
import { parseWheelName } from "../wheel/wheel-name.ts";
import type { PythonTarget } from "./python-target.ts";
import { wheelFits } from "./wheel-tags.ts";

const GLIBC: PythonTarget = {
  minor: "3.11",
  version: "3.11.2",
  architecture: "amd64",
  libc: { family: "glibc", major: 2, minor: 36 },
};
const MUSL: PythonTarget = { ...GLIBC, libc: { family: "musl", major: 1, minor: 2 } };

describe("wheelFits", () => {
  const fits = (tags: string, target = GLIBC) => wheelFits(parseWheelName(`a-1-${tags}.whl`), target);

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
    ])
      expect(fits(tags), tags).toBe(false);
    expect(fits("cp311-cp311-musllinux_1_2_x86_64", MUSL)).toBe(true);
    expect(fits("cp311-cp311-manylinux_2_17_x86_64", MUSL)).toBe(false);
  });
});
