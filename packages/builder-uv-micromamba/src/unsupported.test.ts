import type { BuildRequest, PlanStep } from "@imagespec/core";
import { describe, expect, it } from "vitest";
import { unsupported } from "./unsupported.ts";

const packages = (source: object, secrets: { id: string; target: string }[] = []) =>
  ({ kind: "packages", source, extraIndexes: [], extraArgs: [], secrets }) as unknown as PlanStep;

function refused(steps: PlanStep[], target: Partial<BuildRequest["target"]> = {}): string[] {
  const whole = { platforms: ["linux/amd64"], push: true, ...target };
  return unsupported({ plan: { steps }, target: whole } as unknown as BuildRequest).map(({ parameter }) => parameter);
}

describe("unsupported", () => {
  it("refuses what needs a running container, each by its parameter", () => {
    const apt: PlanStep = { kind: "apt", packages: ["git"] };
    const commands: PlanStep = { kind: "commands", commands: ["date"], uvImage: "uv" };
    expect(refused([apt, commands])).toEqual(["aptPackages", "commands"]);
    expect(refused([packages({ from: "poetry-lock", lock: "l", pyproject: "p" })])).toEqual(["requirements"]);
    expect(refused([packages({ from: "requirements", packages: ["a @ git+https://x.test/a"] })])).toEqual(["packages"]);
  });

  it("takes what uv on the host can be told of", () => {
    const lock = { from: "uv-lock", lock: "l", pyproject: "p" };
    expect(refused([packages(lock, [{ id: "a", target: "/root/.netrc" }])])).toEqual([]);
    expect(refused([packages(lock, [{ id: "a", target: "/run/token" }])])).toEqual(["pipSecretMounts"]);
  });

  it("knows two platforms, and that an archive or the engine takes one", () => {
    expect(refused([], { platforms: ["linux/amd64", "linux/arm64"] })).toEqual([]);
    expect(refused([], { platforms: ["linux/s390x", "linux/arm/v7", "windows/amd64"] })).toHaveLength(3);
    for (const output of ["engine", "docker-archive:x.tar"])
      expect(refused([], { platforms: ["linux/amd64", "linux/arm64"], output })).toEqual(["platform"]);
    expect(refused([], { platforms: ["linux/amd64", "linux/arm64"], output: "oci:x" })).toEqual([]);
  });
});
