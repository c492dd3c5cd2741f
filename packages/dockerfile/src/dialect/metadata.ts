import type { BuildPlan } from "@imagespec/core/builder";
import { needsArgument, sortedVariables } from "../build-arguments.ts";
import { renderAssignment, renderAssignmentFromArgument } from "../instruction/assignment.ts";
import { renderExec } from "../instruction/run.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** ARG and ENV: PATH and PYTHONPATH by the runtime contract, then the spec's variables, each literally. */
export function renderEnv(plan: BuildPlan): string[] {
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
  return [...declared, `ENV ${assignments.join(" \\\n    ")}`];
}

/** ENTRYPOINT with CMD dropped, when the spec sets one. */
export function renderEntrypoint(plan: BuildPlan): string[] {
  const step = plan.steps.entrypoint;
  return step === undefined ? [] : [`ENTRYPOINT ${renderExec(step.entrypoint)}`, "CMD []"];
}

/** LABEL, sorted by name, with the builder that made the image. */
export function renderLabels(plan: BuildPlan, builder: string): string[] {
  const labels = { ...plan.steps.labels.labels, "dev.imagespec.builder": builder };
  const assignments = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => renderAssignment(name, value));
  return [`LABEL ${assignments.join(" \\\n      ")}`];
}

/** The variable that says which spec an image is of; the last instruction. */
export function renderId(plan: BuildPlan): string[] {
  const { variable, value } = plan.steps.id;
  return [`ENV ${renderAssignment(variable, value)}`];
}
