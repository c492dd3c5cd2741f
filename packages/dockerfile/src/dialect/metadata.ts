import type { BuildPlan } from "@imagespec/core/builder";
import { renderAssignment, renderAssignmentFromArgument } from "../instruction/assignment.ts";
import { needsArgument, sortedVariables } from "../instruction/build-arguments.ts";
import { type Instruction, instruction } from "../instruction/instruction.ts";
import { renderExec } from "../instruction/run.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A stage from `image`, which runs as root with /bin/sh in /root whatever the image says. */
export function stageStart(image: string, name?: string): Instruction[] {
  const from = name === undefined ? `FROM ${image}` : `FROM ${image} AS ${name}`;
  return [from, "USER 0:0", 'SHELL ["/bin/sh", "-c"]', "WORKDIR /root"].map((text) => instruction("base", text));
}

/** ARG and ENV: PATH and PYTHONPATH by the runtime contract, then the spec's variables, each literally. */
export function envInstructions(plan: BuildPlan): Instruction[] {
  const own = plan.steps.env?.variables ?? {};
  const environment = plan.steps.environment;
  const assignments: string[] = [];
  const bin = environment === undefined ? [] : [`${environment.prefix}/bin`];
  if (own.PATH !== undefined) assignments.push(renderAssignment("PATH", [...bin, own.PATH].join(":")));
  // BuildKit gives PATH its default where the base sets none; kaniko does not.
  else if (bin.length > 0) assignments.push(`PATH="${bin.join(":")}:\${PATH:-${DEFAULT_PATH}}"`);
  const pythonPath = ["/root", ...(own.PYTHONPATH === undefined ? [] : [own.PYTHONPATH])].join(":");
  assignments.push(renderAssignment("PYTHONPATH", pythonPath));
  const declared: string[] = [];
  for (const [name, value] of Object.entries(sortedVariables(plan))) {
    if (needsArgument(value)) {
      const argument = `IMAGESPEC_ENV_${declared.length}`;
      declared.push(`ARG ${argument}`);
      assignments.push(renderAssignmentFromArgument(name, argument));
    } else assignments.push(renderAssignment(name, value));
  }
  return [...declared, `ENV ${assignments.join(" \\\n    ")}`].map((text) => instruction("env", text));
}

/** How the image is run and known: ENTRYPOINT, USER, LABEL with the builder that made it, and the id as the last. */
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
