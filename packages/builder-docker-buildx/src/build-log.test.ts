import { renderDockerfile } from "@imagespec/dockerfile";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it, test } from "vitest";
import { BuildLog, vertexInstruction } from "./build-log.ts";

const { instructions } = renderDockerfile(
  buildPlan({
    steps: {
      apt: { packages: ["git"] },
      files: { trees: [{ from: "source", to: "/root" }] },
      commands: { commands: ["true"], uvImage: "uv:1" },
    },
  }),
  { dialect: "buildkit", builder: "docker-buildx@1", files: [] },
);
const stepOf = (name: string) => vertexInstruction(name, instructions).instruction?.step;

describe("vertexInstruction", () => {
  it.each([
    ["[stage-1 1/6] FROM docker.io/library/base:1", "base"],
    ["[stage-1 2/6] WORKDIR /root", "base"],
    ["[stage-1 3/6] RUN set -e; whatever", "user"],
    ["[stage-1 4/6] RUN --mount=type=cache x", "apt"],
    ["[stage-1 5/6] COPY --chown=flytekit source/ /root/", "files"],
    ["[stage-1 6/6] RUN --mount=type=bind x", "commands"],
    ["[linux/arm64 stage-1 6/6] RUN x", "commands"],
    // As it counts in builds of ten steps and more.
    ["[stage-1  6/6] RUN x", "commands"],
    ["[6/6] RUN x", "commands"],
    ["[linux/arm64 6/6] RUN x", "commands"],
  ])("%s is of %s", (name, step) => {
    expect(stepOf(name)).toBe(step);
  });

  it.each([
    "[imagespec-uv 1/1] FROM ghcr.io/astral-sh/uv:1",
    "[stage-1 4/9] RUN of another Dockerfile",
    "[stage-1 4/6] COPY where we have RUN",
    "[internal] load build context",
    "exporting to image",
    "[stage-1 7/6] RUN x",
  ])("%s is none of ours", (name) => {
    expect(stepOf(name)).toBeUndefined();
  });
});

test("what BuildKit quotes of a failed step is told by its title, not by its script", () => {
  const script = `set -e; ${"true; ".repeat(40)}`;
  const log = new BuildLog(() => {}, instructions);
  for (const line of [
    "no-such-program: not found",
    ` > [stage-1 6/6] RUN --mount=type=bind ${script}:`,
    `executor failed running [/bin/sh -c ${script}]: exit code: 127`,
    " > [a line of the program's own",
  ])
    log.line(line, "stderr");
  expect(log.tail).toEqual([
    "no-such-program: not found",
    " > [stage-1 6/6] run the commands",
    "executor failed running [/bin/sh -c ...]: exit code: 127",
    " > [a line of the program's own",
  ]);
});
