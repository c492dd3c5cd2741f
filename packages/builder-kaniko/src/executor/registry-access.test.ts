import type { EnvironmentStep } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { kanikoOptions } from "../options.ts";
import { registryAccess } from "./registry-access.ts";

const environment: EnvironmentStep = {
  manager: "conda",
  prefix: "/opt/micromamba/envs/runtime",
  pythonVersion: "3.12",
  packages: [],
  channels: [],
  uvImage: "ghcr.io/astral-sh/uv:1",
  micromambaImage: "quay.io/mamba/micromamba:2",
  bytecode: true,
};
const options = kanikoOptions.parse({});

describe("registryAccess", () => {
  it("names every registry that images come from, and those of what is pushed", () => {
    const access = registryAccess(buildPlan({ steps: { environment } }), options, {}, ["r.example/x:t"]);
    expect(access.hosts).toEqual(["docker.io", "ghcr.io", "quay.io", "r.example"]);
    expect(access).toMatchObject({ plainHttp: [], local: false });
  });

  it("adds where mirrors are, and knows what is on this machine", () => {
    const access = registryAccess(buildPlan({ steps: { environment } }), options, {
      "docker.io": "127.0.0.1:5000/hub",
    });
    expect(access.hosts).toContain("127.0.0.1:5000");
    expect(access).toMatchObject({ plainHttp: ["127.0.0.1:5000"], local: true });
  });

  it("speaks plain http where that was said, of a host by all its ports", () => {
    const insecure = kanikoOptions.parse({ insecure: ["a.example", "b.example:5000"] });
    const pushed = ["a.example:5000/x:1", "b.example:5000/x:1", "b.example:6000/x:1"];
    const access = registryAccess(buildPlan({}), insecure, {}, pushed);
    expect(access.plainHttp).toEqual(["a.example:5000", "b.example:5000"]);
  });

  it.each(["localhost:5000", "[::1]:5000", "127.0.0.2"])("%s is this machine", (host) => {
    const given = registryAccess(buildPlan({ base: `${host}/x:1` }), options, {});
    expect(given.local).toBe(true);
  });
});
