import { spawnSync } from "node:child_process";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { parseStepFault } from "../step-fault.ts";
import { reservedNamesScript } from "./reserved-names.ts";

const uvImage = "ghcr.io/astral-sh/uv:0.13.9";
const python = { from: "version", version: "3.12" } as const;
const plan = buildPlan({
  steps: {
    environment: { manager: "venv", prefix: "/opt/venv", python, uvImage, bytecode: true },
    env: { lead: {}, variables: { TEXT: "two\nlines" } },
  },
});

function run(env: Record<string, string>, of = plan) {
  const script = ["set -eu;", ...reservedNamesScript(of), "echo went on"].join(" ");
  const { stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { env, encoding: "utf8" });
  return stdout.trim() === "went on" ? "went on" : parseStepFault(stderr.trim());
}

describe("a base that sets a name of the build's own", () => {
  it.each(["IMAGESPEC_ENV_0", "IMAGESPEC_PYTHON_INSTALL_MIRROR", "IMAGESPEC_PYTHON_DOWNLOADS_JSON_URL"])(
    "is refused by it: %s",
    (name) => {
      for (const value of ["", "x'; echo went on #", "two\nlines"])
        expect(run({ [name]: value })).toMatchObject({ message: expect.stringContaining(`sets ${name},`) });
    },
  );

  it("is built on where the build does not need that name", () => {
    expect(run({ IMAGESPEC_ENV_1: "x", IMAGESPEC_CACHE_DIR: "/x", IMAGESPEC_REGISTRY_MIRRORS: "a=b" })).toBe("went on");
    expect(run({ IMAGESPEC_ENV_0: "x", IMAGESPEC_PYTHON_INSTALL_MIRROR: "x" }, buildPlan({ steps: {} }))).toBe(
      "went on",
    );
  });
});
