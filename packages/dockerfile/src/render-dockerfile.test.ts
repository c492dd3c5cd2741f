import type { PlanSteps, ShippedFile } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { renderDockerfile } from "./render-dockerfile.ts";

const uvImage = "ghcr.io/astral-sh/uv:1";
const steps: Partial<PlanSteps> = {
  apt: { packages: ["git"] },
  environment: {
    manager: "venv",
    prefix: "/opt/venv",
    python: { from: "version", version: "3.12" },
    uvImage,
    bytecode: true,
  },
  packages: {
    source: { from: "requirements", packages: ["numpy"], requirements: "requirements/r.txt" },
    index: undefined,
    extraIndexes: [],
    extraArgs: [],
    secrets: [],
  },
  env: { variables: { A: "two\nlines", B: "x" }, lead: {} },
  files: {
    trees: [
      { from: "source", to: "/root" },
      { from: "copy", to: "/root" },
    ],
  },
  commands: { commands: ["date > /built", "cat <<EOF\nx\nEOF"], uvImage },
  entrypoint: { entrypoint: ["python"] },
};
const files: ShippedFile[] = [{ type: "symlink", path: "source/a", mode: 0o777, link: "b" }];

it.each(["buildkit", "kaniko"] as const)(
  "%s: every line of the text belongs to an instruction, in order",
  (dialect) => {
    const { text, instructions } = renderDockerfile(buildPlan({ steps }), { dialect, builder: "b@1", files });
    const written = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(instructions.flatMap((one) => one.text.split("\n"))).toEqual(written);
    for (const one of instructions) expect(one.text.startsWith(`${one.keyword} `)).toBe(true);
  },
);

it.each(["buildkit", "kaniko"] as const)("%s: every step of the plan has its instructions", (dialect) => {
  const plan = buildPlan({ steps });
  const { instructions } = renderDockerfile(plan, { dialect, builder: "b@1", files });
  expect(new Set(instructions.map(({ step }) => step))).toEqual(new Set(["base", ...Object.keys(plan.steps)]));
  const titles = instructions.filter(({ keyword }) => keyword === "RUN").map(({ step, title }) => [step, title]);
  expect(titles).toContainEqual(["packages", "install Python packages"]);
  expect(titles).toContainEqual(["commands", "run the commands"]);
});
