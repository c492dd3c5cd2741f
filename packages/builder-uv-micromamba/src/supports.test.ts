import type { BuildTarget, PackagesStep, PlanSteps } from "@imagespec/core/builder";
import { buildRequest } from "@imagespec/testkit";
import { describe, expect, it, vi } from "vitest";
import { supports } from "./supports.ts";

const packages = (source: PackagesStep["source"], secrets: PackagesStep["secrets"] = []) => ({
  packages: { source, index: undefined, extraIndexes: [], extraArgs: [], secrets },
});

function refused(steps: Partial<PlanSteps>, target: Partial<BuildTarget> = {}): string[] {
  return supports(buildRequest({ plan: { steps }, target })).map(({ parameter }) => parameter);
}

describe("supports", () => {
  it("refuses what needs a running container or a program that is not there, each by its parameter", () => {
    const apt = { packages: ["git"] };
    const commands = { commands: ["date"], uvImage: "uv" };
    expect(refused({ commands })).toEqual(["commands"]);
    vi.stubEnv("PATH", "/nowhere");
    try {
      expect(refused({ apt })).toEqual(["aptPackages"]);
    } finally {
      vi.unstubAllEnvs();
    }
    expect(refused(packages({ from: "requirements", packages: ["a @ git+https://x.test/a"] }))).toEqual(["packages"]);
  });

  it("takes what must be built where it is told to build", () => {
    const options = { sourceDistributions: "build" } as const;
    const project = { name: "app", path: "requirements/projects/app" };
    for (const source of [
      { from: "requirements", packages: ["a @ git+https://x.test/a"] },
      { from: "pylock", lock: "l", projects: [project] },
    ] as const) {
      const plan = { steps: packages({ ...source } as PackagesStep["source"]) };
      expect(supports(buildRequest({ plan }))).toHaveLength(1);
      expect(supports(buildRequest({ plan, options }))).toEqual([]);
    }
  });

  it("refuses arguments that would choose other packages than a lock's", () => {
    const lock = packages({ from: "uv-lock", lock: "l", pyproject: "p" });
    for (const extraArgs of [["--extra", "fun"], ["--group=test"]])
      expect(refused({ packages: { ...lock.packages, extraArgs } })).toEqual(["pipExtraArgs"]);
    const requirements = packages({ from: "requirements", packages: ["six"] });
    expect(refused({ packages: { ...requirements.packages, extraArgs: ["--prerelease=allow"] } })).toEqual([]);
    for (const extraArgs of [["--no-binary=:all:"], ["--no-deps", "--no-binary", "six"]])
      expect(refused({ packages: { ...requirements.packages, extraArgs } })).toEqual(["pipExtraArgs"]);
  });

  it("takes what uv on the host can be told of", () => {
    const lock: PackagesStep["source"] = { from: "uv-lock", lock: "l", pyproject: "p" };
    expect(refused(packages(lock, [{ id: "a", target: "/root/.netrc" }]))).toEqual([]);
    expect(refused(packages(lock, [{ id: "a", target: "/run/token" }]))).toEqual(["pipSecretMounts"]);
  });

  it("knows two platforms, and that an archive or the engine takes one", () => {
    expect(refused({}, { platforms: ["linux/amd64", "linux/arm64"] })).toEqual([]);
    expect(refused({}, { platforms: ["linux/s390x", "linux/arm/v7", "windows/amd64"] })).toHaveLength(3);
    for (const output of [{ kind: "engine" }, { kind: "docker-archive", path: "/x.tar" }] as const)
      expect(refused({}, { platforms: ["linux/amd64", "linux/arm64"], output })).toEqual(["platform"]);
    expect(refused({}, { platforms: ["linux/amd64", "linux/arm64"], output: { kind: "oci", path: "/x" } })).toEqual([]);
  });
});
