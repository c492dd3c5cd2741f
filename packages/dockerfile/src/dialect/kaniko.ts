import { type BuildPlan, baseImageText } from "@imagespec/core/builder";
import { throughMirror } from "@imagespec/registry";
import { renderRun } from "../instruction/run.ts";
import type { RenderOptions } from "../render-dockerfile.ts";
import { aptScript } from "../script/apt.ts";
import { commandsScript } from "../script/commands.ts";
import { condaScript } from "../script/conda.ts";
import { venvScript } from "../script/environment.ts";
import { FAIL_FUNCTION } from "../script/failure.ts";
import { packagesScript } from "../script/packages.ts";
import type { StepTools } from "../script/step-tools.ts";
import { userScript } from "../script/user.ts";
import { quoteShell } from "../shell/quote.ts";
import { renderEntrypoint, renderEnv, renderId, renderLabels } from "./metadata.ts";

/** Where kaniko's own container holds the host's certificates: its folder is in no snapshot. */
export const KANIKO_CA_PATH = "/kaniko/ssl/certs/imagespec_ca.crt";

/** The stage that the context's files come from when the context is an image of a registry. */
export const CONTEXT_STAGE = "imagespec-context";

const FOLDER = "/.imagespec";
const UV_STAGE = "imagespec-uv";
const CONDA_STAGE = "imagespec-micromamba";
const SYSTEM_STAGE = "imagespec-system";
const ENVIRONMENT_STAGE = "imagespec-environment";
// All that an environment is made of, whoever made it.
const ENVIRONMENT_FOLDERS = ["venv", "python", "micromamba"];
const TOOLS: StepTools = {
  bin: `${FOLDER}/bin`,
  cache: undefined,
  requirements: `${FOLDER}/requirements`,
  ca: KANIKO_CA_PATH,
};
const CONDA_TOOLS: StepTools = { ...TOOLS, fallbackCa: `${FOLDER}/fallback-ca.pem` };

/**
 * The plan for kaniko from v1.24.0 on: no mounts, no here-documents, no predefined platform arguments, all of which
 * it takes without a word and ignores. The environment is made in a stage of its own, so that tools, requirement
 * files and caches are in no layer. The commands' helpers are removed by the last RUN, for which the build must take
 * a single snapshot (`--single-snapshot`).
 */
export function renderKaniko(plan: BuildPlan, options: RenderOptions): string {
  const mirrors = options.mirrors ?? {};
  const base = throughMirror(baseImageText(plan.base), mirrors);
  const environment = plan.steps.environment;
  const system = plan.steps.apt !== undefined && environment !== undefined;
  const from = system ? SYSTEM_STAGE : base;
  const blocks = [
    [`# ${plan.reference}, by imagespec`],
    stages(plan, options, mirrors),
    ...(system ? [start(base, SYSTEM_STAGE), apt(plan)] : []),
    ...(environment === undefined ? [] : [start(from, ENVIRONMENT_STAGE), environmentSteps(plan, options)]),
    start(from),
    user(plan),
    system ? [] : apt(plan),
    environment === undefined ? [] : environmentCopy(),
    renderEnv(plan),
    files(plan, options),
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

function stages(plan: BuildPlan, options: RenderOptions, mirrors: Readonly<Record<string, string>>): string[] {
  const environment = plan.steps.environment;
  const uvImage = environment?.uvImage ?? plan.steps.commands?.uvImage;
  const lines: string[] = [];
  if (options.contextImage !== undefined) lines.push(`FROM ${options.contextImage} AS ${CONTEXT_STAGE}`);
  if (uvImage !== undefined) lines.push(`FROM ${throughMirror(uvImage, mirrors)} AS ${UV_STAGE}`);
  if (environment?.manager === "conda") {
    lines.push(`FROM ${throughMirror(environment.micromambaImage, mirrors)} AS ${CONDA_STAGE}`);
  }
  return lines;
}

function start(from: string, name?: string): string[] {
  const line = name === undefined ? `FROM ${from}` : `FROM ${from} AS ${name}`;
  return [line, "USER 0:0", 'SHELL ["/bin/sh", "-c"]', "WORKDIR /root"];
}

function user(plan: BuildPlan): string[] {
  return [renderRun(userScript(plan.steps.user))];
}

function apt(plan: BuildPlan): string[] {
  const step = plan.steps.apt;
  if (step === undefined) return [];
  return [renderRun([...aptScript(step, TOOLS), "&& apt-get clean && rm -rf /var/log/apt /var/log/dpkg.log"])];
}

function environmentSteps(plan: BuildPlan, options: RenderOptions): string[] {
  const step = plan.steps.environment;
  if (step === undefined) return [];
  const lines = [`COPY --from=${UV_STAGE} /uv ${TOOLS.bin}/uv`];
  if (step.manager === "conda") {
    lines.push(`COPY --from=${CONDA_STAGE} /usr/bin/micromamba ${TOOLS.bin}/micromamba`);
    lines.push(`COPY --from=${CONDA_STAGE} /etc/ssl/certs/ca-certificates.crt ${CONDA_TOOLS.fallbackCa}`);
    lines.push(renderRun(condaScript(step, CONDA_TOOLS)));
  } else {
    if (step.python.from === "version") lines.push("ARG UV_PYTHON_INSTALL_MIRROR", "ARG UV_PYTHON_DOWNLOADS_JSON_URL");
    lines.push(renderRun(venvScript(step, TOOLS)));
  }
  const packages = plan.steps.packages;
  if (packages !== undefined) {
    if (packages.source.from !== "requirements" || packages.source.requirements !== undefined) {
      lines.push(`COPY ${fromContext(options, "requirements/")} ${TOOLS.requirements}/`);
    }
    lines.push(renderRun(packagesScript(packages, step, TOOLS)));
  }
  // Hard links (micromamba's, uv's) survive a move, and one folder can be copied whole whatever was made in it.
  const moves = ENVIRONMENT_FOLDERS.map(
    (name) => `if [ -e /opt/${name} ] || [ -L /opt/${name} ]; then mv /opt/${name} ${FOLDER}/out/opt/; fi;`,
  );
  lines.push(renderRun(["set -e;", FAIL_FUNCTION, `mkdir -p ${FOLDER}/out/opt;`, ...moves]));
  return lines;
}

/** What the base had of an environment is in the copy, changed: the old one goes first, so that nothing of it stays. */
function environmentCopy(): string[] {
  return [
    renderRun([FAIL_FUNCTION, `rm -rf ${ENVIRONMENT_FOLDERS.map((name) => `/opt/${name}`).join(" ")}`]),
    `COPY --from=${ENVIRONMENT_STAGE} ${FOLDER}/out/opt/ /opt/`,
  ];
}

function files(plan: BuildPlan, options: RenderOptions): string[] {
  const owner = plan.steps.user.name;
  const trees = plan.steps.files?.trees ?? [];
  const copies = trees.map((tree) => {
    return `COPY --chown=${owner} ${fromContext(options, `${tree.from}/`)} ${tree.to}/`;
  });
  const links = trees.flatMap(({ from, to }) =>
    (options.links ?? [])
      .filter((path) => path.startsWith(`${from}/`))
      .map((path) => quoteShell(`${to}${path.slice(from.length)}`)),
  );
  return links.length === 0 ? copies : [...copies, renderRun([FAIL_FUNCTION, `chown -h ${owner}:`, ...links])];
}

function commands(plan: BuildPlan): string[] {
  const step = plan.steps.commands;
  if (step === undefined) return [];
  return [
    `COPY --from=${UV_STAGE} /uv ${TOOLS.bin}/uv`,
    renderRun(commandsScript(step, plan.steps.environment, TOOLS)),
    renderRun([FAIL_FUNCTION, `rm -rf ${FOLDER}`]),
  ];
}

function fromContext(options: RenderOptions, path: string): string {
  return options.contextImage === undefined ? path : `--from=${CONTEXT_STAGE} /${path}`;
}
