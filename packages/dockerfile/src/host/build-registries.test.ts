import type { EnvironmentStep } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { renderDockerfile } from "../render-dockerfile.ts";
import { buildRegistries, imagesOf } from "./build-registries.ts";

const base = { kind: "reference", reference: "debian:12" } as const;
const tools = { uvImage: "ghcr.io/x/uv:1", bytecode: true } as const;
const venv: EnvironmentStep = { manager: "venv", prefix: "/opt/venv", python: { from: "base" }, ...tools };
const conda: EnvironmentStep = {
  manager: "conda",
  prefix: "/opt/micromamba/envs/runtime",
  pythonVersion: "3.12",
  packages: [],
  channels: [],
  micromambaImage: "quay.example/micromamba:2",
  ...tools,
};
const commands = { commands: ["date"], uvImage: "ghcr.io/x/uv:1" };

describe("imagesOf", () => {
  it.each([
    ["nothing to install", {}, ["debian:12"]],
    ["packages", { environment: venv }, ["debian:12", "ghcr.io/x/uv:1"]],
    ["commands alone", { commands }, ["debian:12", "ghcr.io/x/uv:1"]],
    [
      "conda and commands",
      { environment: conda, commands },
      ["debian:12", "ghcr.io/x/uv:1", "quay.example/micromamba:2"],
    ],
  ])("names what a Dockerfile with %s is made from", (_, steps, images) => {
    const plan = buildPlan({ base, steps });
    expect(imagesOf(plan)).toEqual(images);
    for (const dialect of ["buildkit", "kaniko"] as const) {
      const { text } = renderDockerfile(plan, { dialect, builder: "x@1", files: [] });
      const from = [...text.matchAll(/^FROM (?:--\S+ )*(\S+)/gm)].map(([, image]) => image);
      expect(new Set(from.filter((image) => image !== "scratch"))).toEqual(new Set(images));
    }
  });

  it("leaves out a base that is a layout", () => {
    expect(imagesOf(buildPlan({ base: { kind: "layout", path: "/layout" } }))).toEqual([]);
  });
});

describe("buildRegistries", () => {
  it("are those behind mirrors and that of the target, and says which go without TLS", () => {
    const plan = buildPlan({ base, steps: { environment: venv } });
    const env = { IMAGESPEC_INSECURE_REGISTRIES: "registry.lan:5000,other.lan" };
    const mirrors = { "docker.io": "localhost:5000/hub" };
    expect(buildRegistries(plan, { pushed: "registry.lan:5000/app:1", mirrors, env })).toEqual({
      hosts: ["ghcr.io", "localhost:5000", "registry.lan:5000"],
      insecure: ["localhost:5000", "registry.lan:5000"],
    });
    expect(buildRegistries(plan, { env: {} })).toEqual({ hosts: ["docker.io", "ghcr.io"], insecure: [] });
  });
});
