import { type BuildPlan, shellWord } from "@imagespec/core/builder";
import { throughMirror } from "@imagespec/registry";
import { type Instruction, instruction } from "../instruction/instruction.ts";
import type { Mount } from "../instruction/mount.ts";
import { run } from "../instruction/run.ts";
import { aptScript } from "../script/apt.ts";
import { bytecodeScript, hasManagedPython } from "../script/bytecode.ts";
import { commandsScript } from "../script/commands.ts";
import { condaScript } from "../script/conda.ts";
import { SYSTEM_PATH } from "../script/fragment/fail.ts";
import { PYTHON_SOURCE_ARGUMENTS } from "../script/fragment/python-sources.ts";
import type { StepTools } from "../script/fragment/step-tools.ts";
import { mountedPath, type PackagesQuestion, PROJECT_FILES, packageFiles, packagesScript } from "../script/packages.ts";
import { hasProjects, projectsScript } from "../script/projects.ts";
import { reservedNamesScript } from "../script/reserved-names.ts";
import { userScript } from "../script/user.ts";
import { venvScript } from "../script/venv.ts";
import { finalStage } from "./final-stage.ts";
import { stageStart } from "./metadata.ts";
import { OCI_BASE_CONTEXT, type RenderOptions } from "./render-options.ts";
import { STEP_TITLES } from "./step-titles.ts";
import { CONDA_STAGE, toolStages, UV_STAGE } from "./tool-stages.ts";

/** The id of the secret that holds the host's certificates; a step runs without it when it is not given. */
export const CA_SECRET = "imagespec_ca";

// Every build container of BuildKit has a file system of its own at /dev: no mount point made there can stay in the
// image.
const MOUNT_ROOT = "/dev/imagespec";

type Mounts = ReturnType<typeof mountsBelow>;

/** The mounts that steps share, below one folder, and the certificates of micromamba's image. */
function mountsBelow(root: string) {
  const tools = {
    bin: `${root}/bin`,
    cache: `${root}/cache`,
    requirements: `${root}/requirements`,
    ca: `${root}/ca.pem`,
  };
  return {
    tools,
    fallbackCa: `${root}/fallback-ca.pem`,
    uv: { type: "bind", from: UV_STAGE, source: "/uv", target: `${tools.bin}/uv` },
    uvCache: { type: "cache", id: "imagespec-uv", target: tools.cache },
    ca: { type: "secret", id: CA_SECRET, target: tools.ca },
  } as const satisfies Record<string, Mount | StepTools | string>;
}

/**
 * The plan for BuildKit, from the frontend that docker 20.10 has built in (Dockerfile syntax 1.2) upwards, in blocks
 * of instructions.
 */
export function buildKitInstructions(plan: BuildPlan, options: RenderOptions): Instruction[][] {
  const mounts = mountsBelow(options.mountRoot ?? MOUNT_ROOT);
  return finalStage(plan, options, {
    start: [...toolStages(plan, options.mirrors), ...stageStart(baseName(plan, options))],
    user: user(plan),
    apt: apt(plan, mounts),
    environment: environment(plan, mounts),
    packages: packages(plan, mounts),
    files: files(plan),
    commands: commands(plan, mounts),
    cleanUp: withoutMountPoints(options),
  });
}

/**
 * Mount points outside the /dev of BuildKit's containers leave folders in the image, which are removed here: last,
 * where PATH is what the spec makes it and may lead to no tool at all.
 */
function withoutMountPoints({ mountRoot }: RenderOptions): Instruction[] {
  if (mountRoot === undefined) return [];
  return [run("base", [`${SYSTEM_PATH} rm -rf ${shellWord(mountRoot)}`])];
}

function baseName({ base }: BuildPlan, { mirrors = {}, layoutBase = OCI_BASE_CONTEXT }: RenderOptions): string {
  return base.kind === "layout" ? layoutBase : throughMirror(base.reference, mirrors);
}

function user(plan: BuildPlan): Instruction[] {
  return [run("user", [...reservedNamesScript(plan), ...userScript(plan.steps.user)], STEP_TITLES.user)];
}

function apt(plan: BuildPlan, { tools, ca }: Mounts): Instruction[] {
  const step = plan.steps.apt;
  if (step === undefined) return [];
  const caches: Mount[] = [
    { type: "cache", id: "imagespec-apt-archives", target: "/var/cache/apt/archives", sharing: "locked" },
    { type: "cache", id: "imagespec-apt-lists", target: "/var/lib/apt/lists", sharing: "locked" },
  ];
  return [run("apt", aptScript(step, tools), STEP_TITLES.apt, [...caches, ca])];
}

function environment(plan: BuildPlan, { tools, fallbackCa, uv, uvCache, ca }: Mounts): Instruction[] {
  const step = plan.steps.environment;
  if (step === undefined) return [];
  if (step.manager === "conda") {
    const mounts: Mount[] = [
      { type: "bind", from: CONDA_STAGE, source: "/usr/bin/micromamba", target: `${tools.bin}/micromamba` },
      { type: "bind", from: CONDA_STAGE, source: "/etc/ssl/certs/ca-certificates.crt", target: fallbackCa },
      // micromamba's own locks do not survive a build that is cancelled.
      { type: "cache", id: "imagespec-conda", target: tools.cache, sharing: "locked" },
      ca,
    ];
    const script = condaScript(step, { ...tools, fallbackCa }, plan.steps.user);
    return [run("environment", script, STEP_TITLES.conda, mounts), ...bytecode(plan)];
  }
  const downloads = step.python.from === "version" ? PYTHON_SOURCE_ARGUMENTS : [];
  return [
    ...downloads.map((text) => instruction("environment", text)),
    run("environment", venvScript(step, tools, plan.steps.user), STEP_TITLES.venv, [uv, uvCache, ca]),
    ...(plan.steps.packages === undefined && hasManagedPython(step) ? bytecode(plan) : []),
  ];
}

function packages(plan: BuildPlan, { tools, uv, uvCache, ca }: Mounts): Instruction[] {
  const step = plan.steps.packages;
  const environment = plan.steps.environment;
  if (step === undefined || environment === undefined) return [];
  const mounts = (path: string | undefined): Mount[] => [
    uv,
    uvCache,
    ...(path === undefined
      ? []
      : [{ type: "bind", source: path, target: mountedPath(tools.requirements, path) } as const]),
    ca,
    ...step.secrets.map(({ id, target }) => ({ type: "secret", id, target, required: true }) as const),
  ];
  const question = { step, environment, user: plan.steps.user, tools };
  return [
    run("packages", packagesScript(question), STEP_TITLES.packages, mounts(packageFiles(step))),
    ...bytecode(plan),
    ...(hasProjects(step) ? [projects(plan, question, mounts(PROJECT_FILES))] : []),
  ];
}

/** Projects in a layer of their own with their bytecode: an edit leaves the layers of what they need as they are. */
function projects(
  { steps: { environment, user } }: BuildPlan,
  question: PackagesQuestion,
  mounts: Mount[],
): Instruction {
  const compile = environment?.bytecode ? [";", ...bytecodeScript(environment, user)] : [];
  return run("packages", [...projectsScript(question), ...compile], STEP_TITLES.projects, mounts);
}

function bytecode({ steps: { environment, user } }: BuildPlan): Instruction[] {
  if (!environment?.bytecode) return [];
  return [run("environment", bytecodeScript(environment, user), STEP_TITLES.bytecode)];
}

function files(plan: BuildPlan): Instruction[] {
  const owner = plan.steps.user.name;
  const trees = plan.steps.files?.trees ?? [];
  return trees.map((tree) => instruction("files", `COPY --chown=${owner} ${tree.from}/ ${tree.to}/`));
}

function commands(plan: BuildPlan, { tools, uv, uvCache, ca }: Mounts): Instruction[] {
  const step = plan.steps.commands;
  if (step === undefined) return [];
  const { environment, user } = plan.steps;
  const script = commandsScript({ step, environment, user, tools });
  return [run("commands", script, STEP_TITLES.commands, [uv, uvCache, ca])];
}
