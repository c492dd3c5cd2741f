import { describe, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { faultsOf } from "./fixtures/faults-of.ts";

describe("children of a base spec", () => {
  const venv = { packages: ["numpy"], pythonVersion: "3.11" };
  const conda = { condaPackages: ["numpy"], pythonVersion: "3.11" };
  it.each([
    ["another Python", { pythonVersion: "3.12", baseImage: venv }, "pythonVersion"],
    ["another Python than the default", { pythonVersion: "3.13", baseImage: { packages: ["x"] } }, "pythonVersion"],
    [
      "another Python than a grandparent's",
      { pythonVersion: "3.12", baseImage: { baseImage: venv, aptPackages: ["git"] } },
      "pythonVersion",
    ],
    ["an interpreter", { pythonExec: "/usr/bin/python3", baseImage: venv }, "pythonExec"],
    ["another Python by conda", { condaPackages: ["python=3.12"], baseImage: conda }, "condaPackages"],
    ["conda packages over a venv", { condaPackages: ["x"], baseImage: venv }, "condaPackages"],
  ])("may not have %s", (_, input, path) => {
    expect(faultsOf(input)).toMatchObject({ [path]: { code: "child" } });
  });

  it.each([
    [{ pythonVersion: "3.11", packages: ["x"], baseImage: venv }],
    [{ pythonVersion: "3.11.4", packages: ["x"], baseImage: venv }],
    [{ condaPackages: ["x"], baseImage: conda }],
    [{ packages: ["x"], baseImage: conda }],
    [{ pythonVersion: "3.13", packages: ["x"], baseImage: { baseImage: "debian", aptPackages: ["git"] } }],
  ])("may be %j", (input) => {
    expect(faultsOf(input)).toEqual({});
  });

  it("may not have themselves as base", () => {
    const input: Record<string, unknown> = { name: "a" };
    input.base_image = { name: "b", base_image: input };
    expect(() => ImageSpec.parse(input)).toThrow(expect.objectContaining({ code: "E_CYCLE" }));
  });
});
