import type { BuildPlan, PlanStep } from "@imagespec/core";
import { describe, expect, it } from "vitest";
import { buildEnvironment } from "./build-environment.ts";

const plan = (steps: PlanStep[]): BuildPlan => ({
  apiVersion: 1,
  recipe: 1,
  reference: "x:t",
  platforms: ["linux/amd64"],
  base: "b",
  steps,
});
const managed: PlanStep = {
  kind: "environment",
  manager: "venv",
  prefix: "/opt/venv",
  python: { from: "version", version: "3.12" },
  uvImage: "uv",
};

describe("buildEnvironment", () => {
  const env = {
    HTTP_PROXY: "http://p:1",
    no_proxy: "a",
    UV_PYTHON_INSTALL_MIRROR: "http://m",
    OTHER: "x",
    FTP_PROXY: "",
  };

  it("passes proxies in both spellings and nothing else of the host", () => {
    expect(buildEnvironment(plan([]), env)).toEqual({ HTTP_PROXY: "http://p:1", no_proxy: "a" });
  });

  it("passes where uv fetches Python when it must", () => {
    expect(buildEnvironment(plan([managed]), env)).toMatchObject({ UV_PYTHON_INSTALL_MIRROR: "http://m" });
  });

  it("passes values that no Dockerfile line can hold", () => {
    const steps: PlanStep[] = [{ kind: "env", variables: { A: "plain", B: "two\nlines" } }];
    expect(buildEnvironment(plan(steps), {})).toEqual({ IMAGESPEC_ENV_0: "two\nlines" });
  });
});
