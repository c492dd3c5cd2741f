import type { BuildPlan } from "@imagespec/core/builder";
import { throughMirror } from "@imagespec/registry";
import type { Mount } from "../instruction/mount.ts";
import { renderRun } from "../instruction/run.ts";
import type { RenderOptions } from "../render-dockerfile.ts";
import { aptScript } from "../script/apt.ts";
import { commandsScript } from "../script/commands.ts";
import { condaScript } from "../script/conda.ts";
import { venvScript } from "../script/environment.ts";
import { packagesScript } from "../script/packages.ts";
import type { StepTools } from "../script/step-tools.ts";
import { userScript } from "../script/user.ts";
import { renderEntrypoint, renderEnv, renderId, renderLabels } from "./metadata.ts";

/** The name an `oci:PATH` base goes by; the builder gives it as a named context. */
export const OCI_BASE_CONTEXT = "imagespec-base";

/** The id of the secret that holds the host's certificates; a step runs without it when it is not given. */
export const CA_SECRET = "imagespec_ca";

// Every build container has a file system of its own at /dev: no mount point made there can stay behind in the image.
const FOLDER = "/dev/imagespec";
const UV_STAGE = "imagespec-uv";
const CONDA_STAGE = "imagespec-micromamba";
const TOOLS: StepTools = {
  bin: `${FOLDER}/bin`,
  cache: `${FOLDER}/cache`,
  requirements: `${FOLDER}/requirements`,
  ca: `${FOLDER}/ca.pem`,
};
const CONDA_TOOLS: StepTools = { ...TOOLS, fallbackCa: `${FOLDER}/fallback-ca.pem` };

const uv: Mount = { type: "bind", from: UV_STAGE, source: "/uv", target: `${TOOLS.bin}/uv` };
const uvCache: Mount = { type: "cache", id: "imagespec-uv", target: `${FOLDER}/cache` };
const ca: Mount = { type: "secret", id: CA_SECRET, target: TOOLS.ca };

/** The plan for BuildKit, from the frontend that docker 20.10 has built in (Dockerfile syntax 1.2) upwards. */
export function renderBuildKit(plan: BuildPlan, options: RenderOptions): string {
  const mirrors = options.mirrors ?? {};
  const base = plan.base.kind === "layout" ? OCI_BASE_CONTEXT : throughMirror(plan.base.reference, mirrors);
  const blocks = [
    [`# ${plan.reference}, by imagespec`],
    [...stages(plan, mirrors), `FROM ${base}`, "USER 0:0", 'SHELL ["/bin/sh", "-c"]', "WORKDIR /root"],
    user(plan),
    apt(plan),
    environment(plan),
    packages(plan),
    renderEnv(plan),
    files(plan),
    commands(plan),
    [
      ...renderEntrypoint(plan),
      `USER ${plan.steps.user.name}`,
      ...renderLabels(plan, options.builder),
      ...renderId(plan),
    ],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function stages(plan: BuildPlan, mirrors: Readonly<Record<string, string>>): string[] {
  const environmentStep = plan.steps.environment;
  const uvImage = environmentStep?.uvImage ?? plan.steps.commands?.uvImage;
  const lines: string[] = [];
  if (uvImage !== undefined) lines.push(`FROM ${throughMirror(uvImage, mirrors)} AS ${UV_STAGE}`);
  if (environmentStep?.manager === "conda") {
    lines.push(`FROM ${throughMirror(environmentStep.micromambaImage, mirrors)} AS ${CONDA_STAGE}`);
  }
  return lines;
}

function user(plan: BuildPlan): string[] {
  return [renderRun(userScript(plan.steps.user))];
}

function apt(plan: BuildPlan): string[] {
  const step = plan.steps.apt;
  if (step === undefined) return [];
  const caches: Mount[] = [
    { type: "cache", id: "imagespec-apt-archives", target: "/var/cache/apt/archives", sharing: "locked" },
    { type: "cache", id: "imagespec-apt-lists", target: "/var/lib/apt/lists", sharing: "locked" },
  ];
  return [renderRun(aptScript(step, TOOLS), [...caches, ca])];
}

function environment(plan: BuildPlan): string[] {
  const step = plan.steps.environment;
  if (step === undefined) return [];
  if (step.manager === "conda") {
    const mounts: Mount[] = [
      { type: "bind", from: CONDA_STAGE, source: "/usr/bin/micromamba", target: `${TOOLS.bin}/micromamba` },
      {
        type: "bind",
        from: CONDA_STAGE,
        source: "/etc/ssl/certs/ca-certificates.crt",
        target: `${FOLDER}/fallback-ca.pem`,
      },
      // micromamba's own locks do not survive a build that is cancelled.
      { type: "cache", id: "imagespec-conda", target: `${FOLDER}/cache`, sharing: "locked" },
      ca,
    ];
    return [renderRun(condaScript(step, CONDA_TOOLS), mounts)];
  }
  const downloads =
    step.python.from === "version" ? ["ARG UV_PYTHON_INSTALL_MIRROR", "ARG UV_PYTHON_DOWNLOADS_JSON_URL"] : [];
  return [...downloads, renderRun(venvScript(step, TOOLS), [uv, uvCache, ca])];
}

function packages(plan: BuildPlan): string[] {
  const step = plan.steps.packages;
  const environmentStep = plan.steps.environment;
  if (step === undefined || environmentStep === undefined) return [];
  const needsFiles = step.source.from !== "requirements" || step.source.requirements !== undefined;
  const mounts: Mount[] = [
    uv,
    uvCache,
    ...(needsFiles ? [{ type: "bind", source: "requirements", target: TOOLS.requirements } as const] : []),
    ca,
    ...step.secrets.map(({ id, target }) => ({ type: "secret", id, target, required: true }) as const),
  ];
  return [renderRun(packagesScript(step, environmentStep, TOOLS), mounts)];
}

function files(plan: BuildPlan): string[] {
  const owner = plan.steps.user.name;
  const trees = plan.steps.files?.trees ?? [];
  return trees.map((tree) => `COPY --chown=${owner} ${tree.from}/ ${tree.to}/`);
}

function commands(plan: BuildPlan): string[] {
  const step = plan.steps.commands;
  if (step === undefined) return [];
  return [renderRun(commandsScript(step, plan.steps.environment, TOOLS), [uv, uvCache, ca])];
}
