import type { BuildPlan } from "@imagespec/core/builder";
import { renderAssignment } from "../instruction/assignment.ts";
import { renderEnvironment } from "../instruction/environment.ts";
import { type Instruction, instruction } from "../instruction/instruction.ts";
import { renderExec, run } from "../instruction/run.ts";
import { loginShellScript } from "../script/login-shell.ts";
import { STEP_TITLES } from "./step-titles.ts";

/** A stage from `image`, which runs as root with /bin/sh in /root whatever the image says. */
export function stageStart(image: string, name?: string): Instruction[] {
  const from = name === undefined ? `FROM ${image}` : `FROM ${image} AS ${name}`;
  return [from, "USER 0:0", 'SHELL ["/bin/sh", "-c"]', "WORKDIR /root"].map((text) => instruction("base", text));
}

/** ARG and ENV: the plan's environment, and the file that restores its PATH in login shells. */
export function envInstructions(plan: BuildPlan): Instruction[] {
  const { assignments, arguments: needed } = renderEnvironment(plan);
  if (assignments.length === 0) return [];
  const setsPath = assignments.some((assignment) => assignment.startsWith("PATH="));
  return [
    ...Object.keys(needed).map((name) => instruction("env", `ARG ${name}`)),
    instruction("env", `ENV ${assignments.join(" \\\n    ")}`),
    ...(setsPath ? [run("env", loginShellScript(), STEP_TITLES.loginShells)] : []),
  ];
}

/** The image's configuration: ENTRYPOINT, USER, LABEL with the builder that made it, and the id last. */
export function configInstructions(plan: BuildPlan, builder: string): Instruction[] {
  const entrypoint = plan.steps.entrypoint;
  const { user, id } = plan.steps;
  const labels = Object.entries({ ...plan.steps.labels.labels, "dev.imagespec.builder": builder })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => renderAssignment(name, value));
  return [
    // A new ENTRYPOINT drops the CMD of the base.
    ...(entrypoint === undefined ? [] : [`ENTRYPOINT ${renderExec(entrypoint.entrypoint)}`, "CMD []"]).map((text) =>
      instruction("entrypoint", text),
    ),
    instruction("user", `USER ${user.name}`),
    instruction("labels", `LABEL ${labels.join(" \\\n      ")}`),
    instruction("id", `ENV ${renderAssignment(id.variable, id.value)}`),
  ];
}
