import type { EnvironmentStep, UserStep } from "@imagespec/core/builder";
import { CLEAN_ENVIRONMENT } from "./clean-environment.ts";
import { ownScript } from "./own.ts";
import { quoteShell } from "./quote.ts";
import type { StepTools } from "./step-tools.ts";
import { trustLines } from "./trust.ts";

type Conda = Extract<EnvironmentStep, { manager: "conda" }>;

/**
 * Solves and installs the conda packages with micromamba, into a new environment or into the one the base has.
 * No rc file is read, and the machine's CPU model takes no part in the solve.
 */
export function condaScript(step: Conda, tools: StepTools, user: UserStep): string[] {
  const { prefix } = step;
  const namesPython = step.packages.some((spec) => /^\s*(?:[^\s:]+::)?python(?![\w.-])/i.test(spec));
  const python = step.pythonVersion === undefined || namesPython ? [] : [`python=${step.pythonVersion}`];
  const packages = tools.cache === undefined ? "/opt/micromamba/pkgs" : tools.cache;
  return [
    "set -e;",
    ...CLEAN_ENVIRONMENT,
    ...trustLines(tools),
    `scratch=$(mktemp -d); export HOME="$scratch" MAMBA_ROOT_PREFIX=/opt/micromamba MAMBA_NO_RC=true CONDA_PKGS_DIRS=${packages};`,
    'export MAMBA_CHANNEL_PRIORITY=strict CONDA_OVERRIDE_ARCHSPEC="$(uname -m)";',
    `verb=create; if [ -d ${prefix}/conda-meta ]; then verb=install; fi;`,
    `${tools.bin}/micromamba "$verb" -y --no-pyc -p ${prefix} --always-copy --override-channels`,
    ...step.channels.map((channel) => `-c ${quoteShell(channel)}`),
    ...[...python, ...step.packages].map(quoteShell),
    `&& rm -rf "$scratch"${tools.cache === undefined ? ` ${packages}` : ""}`,
    ";",
    ...ownScript([prefix], { user: user.name }),
  ];
}
