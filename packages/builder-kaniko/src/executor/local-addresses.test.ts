import type { EnvironmentStep, PackagesStep, PlanSteps } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { asksThisMachine } from "./local-addresses.ts";

const packages = (index: string | undefined): PackagesStep => ({
  source: { from: "requirements", packages: ["six"] },
  index,
  extraIndexes: [],
  extraArgs: [],
  secrets: [],
});
const conda = (channel: string, mirrors?: Record<string, string>): EnvironmentStep => ({
  manager: "conda",
  prefix: "/opt/micromamba/envs/runtime",
  pythonVersion: "3.12",
  packages: [],
  channels: [channel],
  mirrors,
  uvImage: "uv",
  micromambaImage: "micromamba",
  bytecode: true,
});
const HERE = "http://localhost:8080";
const archive = "http://archive.example/debian";

describe("asksThisMachine", () => {
  it.each<[string, Partial<PlanSteps>, boolean]>([
    ["an index", { packages: packages(`${HERE}/simple`) }, true],
    ["an index by number", { packages: packages("https://127.0.0.1/simple") }, true],
    ["another index", { packages: { ...packages(undefined), extraIndexes: [`${HERE}/simple`] } }, true],
    ["an index of a like name", { packages: packages("https://localhost.example/simple") }, false],
    ["the default index", { packages: packages(undefined) }, false],
    ["a channel", { environment: conda(`${HERE}/channel`) }, true],
    ["a channel without an address", { environment: conda("conda-forge") }, false],
    ["a channel's mirror", { environment: conda("conda-forge", { "https://conda.anaconda.org": HERE }) }, true],
    ["an archive's mirror", { apt: { packages: ["git"], mirrors: { [archive]: `${HERE}/debian` } } }, true],
    ["an archive", { apt: { packages: ["git"] } }, false],
  ])("%s: %j", (_, steps, local) => {
    expect(asksThisMachine(buildPlan({ steps }), {})).toBe(local);
  });

  it.each<[name: string, value: string, local: boolean]>([
    ["HTTP_PROXY", "http://127.0.0.1:3128", true],
    ["https_proxy", "localhost:3128", true],
    ["HTTPS_PROXY", "ann:word@127.0.0.1:3128", true],
    ["ALL_PROXY", "socks5://[::1]:1080", true],
    ["HTTP_PROXY", "proxy.example:3128", false],
    ["NO_PROXY", "localhost", false],
    ["no_proxy", "localhost,127.0.0.1", false],
    ["IMAGESPEC_PYTHON_INSTALL_MIRROR", `${HERE}/pythons`, true],
    ["IMAGESPEC_ENV_0", "http://localhost\n", false],
  ])("build argument %s=%j: %j", (name, value, local) => {
    expect(asksThisMachine(buildPlan(), { [name]: value })).toBe(local);
  });
});
