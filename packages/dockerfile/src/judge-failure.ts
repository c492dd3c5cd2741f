import { type BuildPlan, type ErrorCode, indexHint, missingNvidiaImage } from "@imagespec/core/builder";
import { parseReference, refusedPushCure } from "@imagespec/registry/terms";
import type { Instruction } from "./instruction/instruction.ts";
import { endOf } from "./log-tail.ts";
import { parseStepFault, type StepFault } from "./step-fault.ts";

/** What is known of a build of a Dockerfile that failed. */
export interface FailedBuild {
  plan: BuildPlan;
  /** The instruction that failed; undefined when it is not known, or none of them did. */
  instruction: Instruction | undefined;
  /** The last lines of the log, redacted. */
  tail: readonly string[];
  /** A fault that a step named earlier than in the last lines. */
  fault?: StepFault | undefined;
  /** True when a program that a RUN instruction started failed. By default: when `instruction` is a RUN. */
  inStep?: boolean | undefined;
}

/** What to say of a failed build: `SUBJECT WHAT`, with a code and what to do. */
export interface Verdict {
  code: ErrorCode;
  what: string;
  hint: string;
}

/** A text at the end of a log and what it means. */
export type TextVerdict = readonly [RegExp, Verdict];

const STEP_HINTS = {
  E_BUILD: "Correct the command as the last lines say; each item is a command of its own.",
  E_RESOLVE: "Use another version of the package, or leave it out.",
  E_NO_PYTHON: "Set pythonVersion, or choose a base image with python3.",
  E_BASE_NO_SHELL: "Choose a base image with /bin/sh and chown, or the builder uv-micromamba.",
  E_INPUT_FILE: "Rename it in sourceRoot or copy, or use another base image.",
  E_UNSUPPORTED: "Change the spec or its base image.",
} as const;

const APT_HINT = "Check the names and versions of aptPackages, as the last lines say.";

const REFUSED: Verdict = {
  code: "E_REGISTRY_AUTH",
  what: "was refused by a registry",
  hint: "Log in with `docker login REGISTRY`, or name a docker config.json in registryConfig.",
};

const UNPUSHED: Verdict = {
  code: "E_PUSH",
  what: "could not push the image",
  hint: "Build again; the finished steps are cached.",
};
const PUSHING = /failed to push|error pushing|failed commit on ref|unexpected status from (PUT|POST|HEAD) request/;

/** What BuildKit and kaniko say in common words. The first that fits counts. */
const TEXTS: readonly TextVerdict[] = [
  [
    /exec: \\?"\/bin\/sh\\?".*(no such file|not found)|\/bin\/sh: no such file or directory|fork\/exec \/bin\/sh: (exec format|no such)/,
    { code: "E_BASE_NO_SHELL", what: "found no /bin/sh in the base image", hint: STEP_HINTS.E_BASE_NO_SHELL },
  ],
  [
    /exec \/bin\/sh: argument list too long/,
    {
      code: "E_BUILD",
      what: "can start nothing over the base image: its environment and the spec's are larger than Linux takes",
      hint: "Use a base with a smaller environment.",
    },
  ],
  [
    /json: cannot unmarshal .+ into Go (?:struct field|value)/,
    {
      code: "E_REGISTRY",
      what: "cannot read an image: a field of its config has the wrong type",
      hint: "Choose a container image, or have this one made again with a current tool.",
    },
  ],
  [
    /exec format error/,
    {
      code: "E_BUILD",
      what: "cannot run programs of the target platform here",
      hint: "Register an emulator for it (qemu-user-static), or build on a machine of that platform.",
    },
  ],
  [
    /cannot copy to non-directory|cannot replace to directory/,
    {
      code: "E_INPUT_FILE",
      what: "found something of another kind in the base image at the path of a file or folder of sourceRoot or copy",
      hint: STEP_HINTS.E_INPUT_FILE,
    },
  ],
  [
    /no space left on device/i,
    {
      code: "E_BUILD",
      what: "ran out of disk space",
      hint: "Free space where images and build caches are kept, or give the build a larger disk.",
    },
  ],
  [
    /unauthorized|authentication required|no basic auth credentials|insufficient_scope|access to the resource is denied|status code 40[13]|401 Unauthorized|403 Forbidden|authorization failed/i,
    REFUSED,
  ],
  // In small letters it may be a file's permissions.
  [/\bDENIED\b/, REFUSED],
  [
    /connection refused|no such host|i\/o timeout|TLS handshake timeout|network is unreachable|certificate signed by unknown authority|server gave HTTP response to HTTPS client/,
    {
      code: "E_REGISTRY_UNREACHABLE",
      what: "could not reach a registry",
      hint: "Check the name of the registry, and that the builder can reach it from where it runs, or name a mirror (IMAGESPEC_REGISTRY_MIRRORS).",
    },
  ],
  [PUSHING, UNPUSHED],
  [
    /MANIFEST_UNKNOWN|NAME_UNKNOWN|manifest unknown|: not found$|pull access denied|repository does not exist|no match for platform in manifest/im,
    {
      code: "E_REGISTRY",
      what: "did not find an image it needs",
      hint: "Check baseImage and builderConfig, and that the registry holds the platform.",
    },
  ],
];

/** NVIDIA's repository, wherever a mirror keeps it. */
const NVIDIA = /nvidia\/cuda\b/;

/**
 * What a failed build of a Dockerfile comes down to: the fault a step named itself, else what the last lines say, else
 * E_RESOLVE for an instruction that installs the spec's packages; undefined when nothing fits. `own` are the texts of
 * one builder, asked first. Texts about registries, pushes and builders do not count when a step failed: there a
 * program that the user runs may have printed them.
 */
export function judgeFailure(failed: FailedBuild, own: readonly TextVerdict[] = []): Verdict | undefined {
  const { plan, instruction, tail, inStep = instruction?.keyword === "RUN" } = failed;
  const fault = failed.fault ?? tail.map(parseStepFault).find((found) => found !== undefined);
  if (fault !== undefined) {
    // E_UNSUPPORTED passes the spec to the next builder, which is too late once more ran than what looks at the base.
    const code = fault.code === "E_UNSUPPORTED" && instruction?.step !== "user" ? "E_BUILD" : fault.code;
    return { code, what: `failed: ${fault.message}`, hint: STEP_HINTS[fault.code] };
  }
  const end = endOf(tail).join("\n");
  const cure = inStep || !PUSHING.test(end) ? undefined : refusedPushCure(end, parseReference(plan.reference).name);
  if (cure !== undefined) return { ...UNPUSHED, hint: cure };
  for (const [pattern, verdict] of [...own, ...TEXTS]) {
    if (inStep && /^E_(REGISTRY|UNSUPPORTED|PUSH|INPUT_FILE)/.test(verdict.code)) continue;
    if (!pattern.test(end)) continue;
    return verdict.code === "E_REGISTRY" && NVIDIA.test(end) ? withTagParts(verdict, plan) : verdict;
  }
  if (!inStep || instruction === undefined) return undefined;
  const what = `failed in step "${instruction.title}"`;
  if (instruction.step === "apt") return { code: "E_RESOLVE", what, hint: APT_HINT };
  return installsPackages(plan, instruction)
    ? {
        code: "E_RESOLVE",
        what: "could not install the packages of the spec",
        hint: indexHint(tail) ?? "Correct packages, requirements or indexes as the last lines say.",
      }
    : { code: "E_BUILD", what, hint: "Read the last lines, or run with --json for everything the build printed." };
}

/** The same verdict with the parts of the tag that `cuda` and `cudnn` make, where that is the base. */
function withTagParts(verdict: Verdict, { base }: BuildPlan): Verdict {
  const missing = missingNvidiaImage(base);
  return missing === undefined ? verdict : { ...verdict, what: `failed: ${missing.message}`, hint: missing.hint };
}

function installsPackages(plan: BuildPlan, { step }: Instruction): boolean {
  return step === "packages" || (step === "environment" && plan.steps.environment?.manager === "conda");
}
