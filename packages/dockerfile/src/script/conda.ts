import {
  condaChannelAddress,
  type EnvironmentStep,
  MICROMAMBA_FOLDER,
  shellWord,
  throughAddressMirror,
  type UserStep,
} from "@imagespec/core/builder";
import { chownScript } from "./fragment/chown.ts";
import { CLEAN_ENVIRONMENT } from "./fragment/clean-environment.ts";
import type { StepTools } from "./fragment/step-tools.ts";
import { trustLines } from "./fragment/trust.ts";

type Conda = Extract<EnvironmentStep, { manager: "conda" }>;

/**
 * Solves and installs the conda packages with micromamba, into a new environment or into the one the base has.
 * No rc file is read, and the machine's CPU model takes no part in the solve.
 */
export function condaScript(step: Conda, tools: StepTools, user: UserStep): string[] {
  const { prefix } = step;
  const python = step.pythonVersion === undefined ? [] : [`python=${step.pythonVersion}`];
  const packages = tools.cache === undefined ? `${MICROMAMBA_FOLDER}/pkgs` : tools.cache;
  return [
    "set -e;",
    ...CLEAN_ENVIRONMENT,
    ...trustLines(tools),
    `scratch=$(mktemp -d); export HOME="$scratch" MAMBA_ROOT_PREFIX=${MICROMAMBA_FOLDER} MAMBA_NO_RC=true CONDA_PKGS_DIRS=${packages};`,
    'export MAMBA_CHANNEL_PRIORITY=strict CONDA_OVERRIDE_ARCHSPEC="$(uname -m)";',
    `verb=create; if [ -d ${prefix}/conda-meta ]; then verb=install; fi;`,
    `${tools.bin}/micromamba "$verb" -y --no-pyc -p ${prefix} --always-copy --override-channels`,
    ...step.channels.map((channel) => `-c ${shellWord(placeOf(channel, step))}`),
    ...[...python, ...step.packages.map((spec) => packageThrough(spec, step))].map(shellWord),
    ...recordLines(step),
    // Not by &&, before which `set -e` lets a program fail.
    `; rm -rf "$scratch"${tools.cache === undefined ? ` ${packages}` : ""};`,
    ...chownScript([prefix], { user: user.name }),
  ];
}

/** A channel where it is read: itself, unless it has a mirror. */
function placeOf(channel: string, { mirrors = {} }: Conda): string {
  const address = condaChannelAddress(channel);
  const place = throughAddressMirror(address, mirrors);
  return place === address ? channel : place;
}

/** A package that names its channel, `conda-forge::numpy`, names the place where that is read. */
function packageThrough(spec: string, step: Conda): string {
  const [, channel, rest] = /^([^\s:]+|https?:[^\s]+?)::(.*)$/s.exec(spec) ?? [];
  return channel === undefined ? spec : `${placeOf(channel, step)}::${rest}`;
}

// Works with any Python of the environment. An address counts as a whole, or as the start of a longer path.
const RECORD_SCRIPT = [
  "import functools, glob, re, sys",
  "pairs = list(zip(sys.argv[2::2], sys.argv[3::2]))",
  'paths = [path for name in ("*.json", "history") for path in glob.glob(sys.argv[1] + "/conda-meta/" + name)]',
  'named = lambda text, pair: re.sub(re.escape(pair[0]) + "(?![^/\\"\':\\\\s])", lambda _: pair[1], text)',
  'texts = [(path, open(path, "rb").read().decode()) for path in paths]',
  '[open(path, "wb").write(functools.reduce(named, pairs, text).encode()) for path, text in texts]',
].join("; ");

/** What micromamba noted of where packages come from names the channels, not their mirrors. */
function recordLines(step: Conda): string[] {
  const addresses = step.channels.map(condaChannelAddress);
  const pairs = addresses.flatMap((address) => {
    const place = throughAddressMirror(address, step.mirrors ?? {});
    return place === address ? [] : [place, address];
  });
  if (pairs.length === 0) return [];
  return [`; ${step.prefix}/bin/python -sSB -c ${shellWord(RECORD_SCRIPT)} ${step.prefix}`, ...pairs.map(shellWord)];
}
