import { createHash } from "node:crypto";
import {
  type BuildPlan,
  baseImageText,
  ENVIRONMENT_PREFIXES,
  type EnvironmentStep,
  type FilesStep,
  MICROMAMBA_FOLDER,
  PYTHON_FOLDER,
  shellWord,
} from "@imagespec/core/builder";
import { type Instruction, instruction } from "../instruction/instruction.ts";
import { run } from "../instruction/run.ts";
import { aptScript } from "../script/apt.ts";
import { bytecodeScript, hasManagedPython } from "../script/bytecode.ts";
import { commandsScript } from "../script/commands.ts";
import { condaScript } from "../script/conda.ts";
import { followLinksScript } from "../script/follow-links.ts";
import { chownScript } from "../script/fragment/chown.ts";
import { FAIL_FUNCTION } from "../script/fragment/fail.ts";
import { PYTHON_SOURCE_ARGUMENTS } from "../script/fragment/python-sources.ts";
import type { StepTools } from "../script/fragment/step-tools.ts";
import { makeWayScript } from "../script/make-way.ts";
import { mountedPath, type PackagesQuestion, PROJECT_FILES, packageFiles, packagesScript } from "../script/packages.ts";
import { hasProjects, projectsScript } from "../script/projects.ts";
import { reservedNamesScript } from "../script/reserved-names.ts";
import { userScript } from "../script/user.ts";
import { venvScript } from "../script/venv.ts";
import { finalStage } from "./final-stage.ts";
import { stageStart } from "./metadata.ts";
import type { RenderOptions } from "./render-options.ts";
import { STEP_TITLES } from "./step-titles.ts";
import { CONDA_STAGE, toolStages, UV_STAGE } from "./tool-stages.ts";

/** Where kaniko's own container holds the host's certificates: its folder is in no snapshot. */
export const KANIKO_CA_PATH = "/kaniko/ssl/certs/imagespec_ca.crt";

// kaniko's own folder is in no snapshot, and steps see it: the unpacked context, and what later stages copy from the
// first one, which versions from 1.26 on keep in a folder of their own.
const CONTEXT_PLACES = ["/kaniko/buildcontext"];
const CONTEXT_STAGE_PLACES = ["/kaniko/0", "/kaniko/deps/0"];

/** The stage that the context's files come from when the context is an image of a registry. */
const CONTEXT_STAGE = "imagespec-context";

const FOLDER = "/.imagespec";
const SYSTEM_STAGE = "imagespec-system";
const ENVIRONMENT_STAGE = "imagespec-environment";
// All that an environment consists of, whichever tool made it.
const ENVIRONMENT_FOLDERS = [ENVIRONMENT_PREFIXES.venv, PYTHON_FOLDER, MICROMAMBA_FOLDER];
const TOOLS: StepTools = {
  bin: `${FOLDER}/bin`,
  cache: undefined,
  requirements: `${FOLDER}/requirements`,
  ca: KANIKO_CA_PATH,
};
const CONDA_TOOLS: StepTools = { ...TOOLS, fallbackCa: `${FOLDER}/fallback-ca.pem` };

/**
 * The plan for kaniko from v1.24.0 on, in blocks of instructions: no mounts, no here-documents, no predefined platform
 * arguments, all of which kaniko silently ignores. The environment is made in a stage of its own, so that
 * tools, requirement files and caches are in no layer. The commands' tools are removed by the last RUN, for which the
 * build must take a single snapshot (`--single-snapshot`).
 */
export function kanikoInstructions(plan: BuildPlan, options: RenderOptions): Instruction[][] {
  const environment = plan.steps.environment;
  const system = plan.steps.apt !== undefined && environment !== undefined;
  const base = baseImageText(plan.base);
  const from = system ? SYSTEM_STAGE : base;
  // Before the Debian packages, as in every builder: packages add groups of their own.
  const account = user(plan, reservedNamesScript(plan));
  return [
    [...contextStage(options), ...toolStages(plan)],
    ...(system ? [stageStart(base, SYSTEM_STAGE), account, apt(plan)] : []),
    ...(environment === undefined
      ? []
      : [stageStart(from, ENVIRONMENT_STAGE), system ? [] : account, environmentSteps(plan, environment, options)]),
    ...finalStage(plan, options, {
      start: stageStart(from),
      // kaniko passes the arguments of the stage before on to this one, and the base was examined there.
      user: system ? [] : user(plan, environment === undefined ? reservedNamesScript(plan) : []),
      apt: system ? [] : apt(plan),
      environment: environment === undefined ? [] : environmentCopy(plan, environment),
      // They come with the environment.
      packages: [],
      files: files(plan, options),
      commands: commands(plan),
      // The last of the commands' instructions does it.
      cleanUp: [],
    }),
  ];
}

function contextStage({ contextImage }: RenderOptions): Instruction[] {
  return contextImage === undefined ? [] : [instruction("base", `FROM ${contextImage} AS ${CONTEXT_STAGE}`)];
}

function user(plan: BuildPlan, checks: readonly string[]): Instruction[] {
  const account = userScript(plan.steps.user, mountedFiles(plan));
  const script = [...checks, ...linkedEnvironment(plan), ...account, ";", ...followLinksScript()];
  return [run("user", script, STEP_TITLES.user)];
}

function apt(plan: BuildPlan): Instruction[] {
  const step = plan.steps.apt;
  if (step === undefined) return [];
  const script = [...aptScript(step, TOOLS), "; apt-get clean; rm -rf /var/log/apt /var/log/dpkg.log;"];
  return [run("apt", [...script, ...followLinksScript()], STEP_TITLES.apt)];
}

function environmentSteps(plan: BuildPlan, step: EnvironmentStep, options: RenderOptions): Instruction[] {
  const { user, packages } = plan.steps;
  const own = (text: string) => instruction("environment", text);
  const compiles = packages !== undefined || step.manager === "conda" || hasManagedPython(step);
  const collected = `${FOLDER}/out/opt`;
  // Hard links (micromamba's, uv's) survive a move, and one folder can be copied whole whatever was made in it.
  const moves = ENVIRONMENT_FOLDERS.map(
    (folder) => `if [ -e ${folder} ] || [ -L ${folder} ]; then mv ${folder} ${collected}/; fi;`,
  );
  // kaniko gives the folder that it copies into the mode and owner of the one that it copies.
  const asBefore = [
    `if command -v stat >/dev/null; then chown "$(stat -c %u:%g /opt/.)" ${collected};`,
    `chmod "$(stat -c %a /opt/.)" ${collected}; fi;`,
  ];
  const collect = ["set -e;", FAIL_FUNCTION, `mkdir -p ${collected};`, ...moves, ...asBefore];
  return [
    own(`COPY --from=${UV_STAGE} /uv ${TOOLS.bin}/uv`),
    ...(step.manager === "conda"
      ? [
          own(`COPY --from=${CONDA_STAGE} /usr/bin/micromamba ${TOOLS.bin}/micromamba`),
          own(`COPY --from=${CONDA_STAGE} /etc/ssl/certs/ca-certificates.crt ${CONDA_TOOLS.fallbackCa}`),
          run("environment", condaScript(step, CONDA_TOOLS, user), STEP_TITLES.conda),
        ]
      : [
          ...(step.python.from === "version" ? PYTHON_SOURCE_ARGUMENTS.map(own) : []),
          run("environment", venvScript(step, TOOLS, user), STEP_TITLES.venv),
        ]),
    ...(packages === undefined ? [] : packageSteps({ step: packages, environment: step, user, tools: TOOLS }, options)),
    ...(step.bytecode && compiles ? [run("environment", bytecodeScript(step, user), STEP_TITLES.bytecode)] : []),
    run("environment", collect, "collect the Python environment"),
  ];
}

function packageSteps(question: PackagesQuestion, options: RenderOptions): Instruction[] {
  return [
    ...copyOf(packageFiles(question.step), options),
    run("packages", packagesScript(question), STEP_TITLES.packages),
    ...(hasProjects(question.step)
      ? [...copyOf(PROJECT_FILES, options), run("packages", projectsScript(question), STEP_TITLES.projects)]
      : []),
  ];
}

/** A file or folder of the context where the steps look for requirements. */
function copyOf(path: string | undefined, options: RenderOptions): Instruction[] {
  if (path === undefined) return [];
  const place = mountedPath(TOOLS.requirements, path);
  const text = path.endsWith(".toml")
    ? `COPY ${fromContext(options, path)} ${place}`
    : `COPY ${fromContext(options, `${path}/`)} ${place}/`;
  return [instruction("packages", text)];
}

/**
 * Replaces the base's environment by the finished one, which includes what the base had. The old one is removed first,
 * so that deleted files do not remain. COPY keeps owners, except those of links.
 */
function environmentCopy({ steps }: BuildPlan, { prefix }: EnvironmentStep): Instruction[] {
  const remove = [FAIL_FUNCTION, `rm -rf ${ENVIRONMENT_FOLDERS.join(" ")}`];
  return [
    run("environment", remove, "remove the base's Python environment"),
    instruction("environment", `COPY --from=${ENVIRONMENT_STAGE} ${FOLDER}/out/opt/ /opt/`),
    run(
      "environment",
      [...followLinksScript(), "; set -e;", ...chownScript([prefix], { user: steps.user.name })],
      STEP_TITLES.own,
    ),
  ];
}

function files(plan: BuildPlan, options: RenderOptions): Instruction[] {
  const owner = plan.steps.user.name;
  const trees = plan.steps.files?.trees ?? [];
  const copies = trees.flatMap((tree) => [
    makeWay(tree, options),
    instruction("files", `COPY --chown=${owner} ${fromContext(options, `${tree.from}/`)} ${tree.to}/`),
  ]);
  const links = trees.flatMap(({ from, to }) =>
    options.files
      .filter(({ type, path }) => type === "symlink" && path.startsWith(`${from}/`))
      .map(({ path }) => shellWord(`${to}${path.slice(from.length)}`)),
  );
  const owned = groups(links, LINKS_OF_A_RUN).map((group) =>
    run("files", [...followLinksScript(), `; chown -h ${owner}:`, ...group], "give symbolic links their owner"),
  );
  return [...copies, ...owned];
}

/** Bytes of links in one RUN: no program is started with an argument of 128 KiB. */
const LINKS_OF_A_RUN = 60_000;

/** Words in groups of at most so many bytes, in their order; a longer word is one of its own. */
function groups(words: readonly string[], bytes: number): string[][] {
  const result: string[][] = [];
  let left = 0;
  for (const word of words) {
    const length = Buffer.byteLength(word) + 1;
    if (length > left) {
      result.push([]);
      left = bytes;
    }
    result.at(-1)?.push(word);
    left -= length;
  }
  return result;
}

/** kaniko's COPY writes through the links of the base, and puts a folder in the place of a file. */
function makeWay({ from, to }: FilesStep["trees"][number], options: RenderOptions): Instruction {
  const hash = createHash("sha256");
  for (const { path, type } of options.files) if (path.startsWith(`${from}/`)) hash.update(`${type}\0${path}\0`);
  const places = options.contextImage === undefined ? CONTEXT_PLACES : CONTEXT_STAGE_PLACES;
  const script = makeWayScript({
    parameter: from === "source" ? "sourceRoot" : "copy",
    places: places.map((place) => `${place}/${from}`),
    to,
    digest: hash.digest("hex"),
  });
  return run("files", script, STEP_TITLES.makeWay);
}

function commands(plan: BuildPlan): Instruction[] {
  const step = plan.steps.commands;
  if (step === undefined) return [];
  const { environment, user } = plan.steps;
  const script = commandsScript({ step, environment, user, tools: TOOLS, mounted: mountedFiles(plan) });
  return [
    instruction("commands", `COPY --from=${UV_STAGE} /uv ${TOOLS.bin}/uv`),
    run("commands", script, STEP_TITLES.commands),
    run("commands", [...followLinksScript(), `; rm -rf ${FOLDER}`], "remove the tools of the commands"),
  ];
}

/** Passes on a base whose environment lies behind a link: a stage hands on the link, and not what it leads to. */
function linkedEnvironment({ steps }: BuildPlan): string[] {
  if (steps.environment === undefined) return [];
  const { venv, conda } = ENVIRONMENT_PREFIXES;
  // What is installed behind a link would not be collected with it.
  const { manager } = steps.environment;
  const folders = manager === "conda" ? [MICROMAMBA_FOLDER] : managedPythons(steps.environment);
  return [
    FAIL_FUNCTION,
    `if [ -L ${venv} ] && [ -x ${venv}/bin/python ] && [ ! -x ${conda}/bin/python ]; then`,
    `fail E_UNSUPPORTED 'kaniko does not extend an environment behind a link, as the base image has at ${venv}'; fi;`,
    ...folders.flatMap((folder) => [
      `if [ -L ${folder} ]; then`,
      `fail E_UNSUPPORTED 'kaniko does not install behind a link, as the base image has at ${folder}'; fi;`,
    ]),
  ];
}

function managedPythons(step: EnvironmentStep): string[] {
  return hasManagedPython(step) ? [PYTHON_FOLDER] : [];
}

/** kaniko mounts secrets for the whole build. */
function mountedFiles({ steps }: BuildPlan): string[] {
  return (steps.packages?.secrets ?? []).map(({ target }) => target);
}

function fromContext({ contextImage }: RenderOptions, path: string): string {
  return contextImage === undefined ? path : `--from=${CONTEXT_STAGE} /${path}`;
}
