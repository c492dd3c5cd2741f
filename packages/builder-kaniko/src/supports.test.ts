import type { BaseImage, BuildTarget, PackagesStep } from "@imagespec/core/builder";
import { buildRequest } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { kanikoOptions } from "./options.ts";
import { supports } from "./supports.ts";

const packages: PackagesStep = {
  source: { from: "requirements", packages: ["six"] },
  index: undefined,
  extraIndexes: [],
  extraArgs: [],
  secrets: [{ id: "s", target: "/run/s" }],
};

function refused(
  options: object,
  target: Partial<BuildTarget> = {},
  plan: { base?: BaseImage; steps?: { packages: PackagesStep } } = {},
): string[] {
  const request = { ...buildRequest({ plan, target }), options: kanikoOptions.parse(options) };
  return supports(request).map(({ parameter, reason }) => {
    expect(reason).toMatch(/\S/);
    return parameter;
  });
}

it("steps aside for a link that leads to itself, by the parameter that brings it", () => {
  const files = [{ type: "symlink", path: "source/a", mode: 0o777, link: "a" } as const];
  const steps = { files: { trees: [{ from: "source", to: "/root" } as const] } };
  const request = { ...buildRequest({ plan: { steps }, files }), options: kanikoOptions.parse({}) };
  expect(supports(request)).toEqual([{ parameter: "sourceRoot", reason: expect.stringContaining("/root/a") }]);
  expect(supports({ ...request, files: [] })).toEqual([]);
});

describe("supports", () => {
  it.each<[string, object, Partial<BuildTarget>, string[]]>([
    ["docker, pushed", {}, {}, []],
    ["docker, into the engine", {}, { push: false }, []],
    ["docker, two platforms", {}, { platforms: ["linux/amd64", "linux/arm64"] }, []],
    ["a variant", {}, { platforms: ["linux/arm/v7"] }, ["platform"]],
    ["another system", {}, { platforms: ["windows/amd64"] }, ["platform"]],
    [
      "two platforms into the engine",
      {},
      { platforms: ["linux/amd64", "linux/arm64"], output: { kind: "engine" } },
      ["platform"],
    ],
    ["a cache nobody named", { cache: true }, { push: false }, ["builderOptions"]],
    ["executor, pushed", { mode: "executor" }, {}, []],
    ["executor, to a layout", { mode: "executor" }, { push: false, output: { kind: "oci", path: "/x" } }, []],
    ["executor, nowhere", { mode: "executor" }, { push: false }, ["registry"]],
    ["executor, two platforms", { mode: "executor" }, { platforms: ["linux/amd64", "linux/arm64"] }, ["platform"]],
    ["kubernetes, pushed", { mode: "kubernetes" }, {}, []],
    ["kubernetes, not pushed", { mode: "kubernetes" }, { push: false }, ["registry"]],
    ["kubernetes, to a layout", { mode: "kubernetes" }, { output: { kind: "oci", path: "/x" } }, ["output"]],
  ])("%s", (_name, options, target, parameters) => {
    expect(refused(options, target)).toEqual(parameters);
  });

  it("an OCI layout as base", () => {
    expect(refused({}, {}, { base: { kind: "layout", path: "/x" } })).toEqual(["baseImage"]);
  });

  it("secrets where nothing can be mounted", () => {
    expect(refused({ mode: "executor" }, {}, { steps: { packages } })).toEqual(["pipSecretMounts"]);
    expect(refused({}, {}, { steps: { packages } })).toEqual([]);
  });
});
