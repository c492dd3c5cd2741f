import type { BuildPlan, BuildRequest, BuildTarget, PlanStep } from "@imagespec/core";
import { describe, expect, it } from "vitest";
import { kanikoOptions } from "./options.ts";
import { supports } from "./supports.ts";

const secret: PlanStep = {
  kind: "packages",
  source: { from: "requirements", packages: ["six"] },
  index: undefined,
  extraIndexes: [],
  extraArgs: [],
  secrets: [{ id: "s", target: "/run/s" }],
};
const PUSHED: BuildTarget = { reference: "r.example/x:t", platforms: ["linux/amd64"], push: true };

function refused(
  options: object,
  target: Partial<BuildTarget> = {},
  base = "debian:12",
  steps: PlanStep[] = [],
): string[] {
  const all = { ...PUSHED, ...target };
  const plan: BuildPlan = {
    apiVersion: 1,
    recipe: 1,
    reference: "r.example/x:t",
    platforms: all.platforms,
    base,
    steps,
  };
  const request = { plan, target: all } as BuildRequest;
  return supports(request, kanikoOptions.parse(options)).map(({ parameter, reason }) => {
    expect(reason).toMatch(/\S/);
    return parameter;
  });
}

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
      { platforms: ["linux/amd64", "linux/arm64"], output: "engine" },
      ["platform"],
    ],
    ["a cache nobody named", { cache: true }, { push: false }, ["builderOptions"]],
    ["executor, pushed", { mode: "executor" }, {}, []],
    ["executor, to a layout", { mode: "executor" }, { push: false, output: "oci:x" }, []],
    ["executor, nowhere", { mode: "executor" }, { push: false }, ["registry"]],
    ["executor, two platforms", { mode: "executor" }, { platforms: ["linux/amd64", "linux/arm64"] }, ["platform"]],
    ["kubernetes, pushed", { mode: "kubernetes" }, {}, []],
    ["kubernetes, not pushed", { mode: "kubernetes" }, { push: false }, ["registry"]],
    ["kubernetes, to a layout", { mode: "kubernetes" }, { output: "oci:x" }, ["output"]],
  ])("%s", (_name, options, target, parameters) => {
    expect(refused(options, target)).toEqual(parameters);
  });

  it("an OCI layout as base", () => {
    expect(refused({}, {}, "oci:/x")).toEqual(["baseImage"]);
  });

  it("secrets where nothing can be mounted", () => {
    expect(refused({ mode: "executor" }, {}, "debian:12", [secret])).toEqual(["pipSecretMounts"]);
    expect(refused({}, {}, "debian:12", [secret])).toEqual([]);
  });
});
