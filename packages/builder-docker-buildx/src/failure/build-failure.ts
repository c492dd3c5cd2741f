import { type ErrorCode, ImageSpecError } from "@imagespec/core/builder";
import { installsPackages } from "@imagespec/dockerfile";
import type { BuildLog } from "../progress/build-log.ts";
import { stepTitle } from "../progress/step-title.ts";

interface Verdict {
  code: ErrorCode;
  what: string;
  hint: string;
}

const STEP_HINTS = {
  E_NO_PYTHON: "Set pythonVersion, or choose a base image with python3.",
  E_BASE_NO_SHELL: "Choose a base image with /bin/sh and chown, or the builder uv-micromamba.",
  E_UNSUPPORTED: "Change the spec or its base image.",
} as const;

const LOGIN = "Log in with `docker login REGISTRY`, or name a docker config.json in registryConfig.";
/** What docker and BuildKit say, at the end of their output. The first that fits counts. */
const BY_TEXT: [RegExp, Verdict][] = [
  [
    /Cannot connect to the Docker daemon|error during connect|docker daemon is not running/,
    { code: "E_DAEMON", what: "lost the docker engine", hint: "Start docker, or set DOCKER_HOST." },
  ],
  [
    /exec: \\?"\/bin\/sh\\?".*(no such file|not found)/,
    { code: "E_BASE_NO_SHELL", what: "found no /bin/sh in the base image", hint: STEP_HINTS.E_BASE_NO_SHELL },
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
    /no space left on device/i,
    {
      code: "E_BUILD",
      what: "ran out of disk space",
      hint: "Free space: `docker builder prune`, `docker image prune`.",
    },
  ],
  [
    /unauthorized|authentication required|no basic auth credentials|insufficient_scope|access to the resource is denied|401 Unauthorized|403 Forbidden|authorization failed/i,
    { code: "E_REGISTRY_AUTH", what: "was refused by a registry", hint: LOGIN },
  ],
  [
    /connection refused|no such host|i\/o timeout|TLS handshake timeout|network is unreachable|certificate signed by unknown authority|server gave HTTP response to HTTPS client/,
    {
      code: "E_REGISTRY_UNREACHABLE",
      what: "could not reach a registry",
      hint: "Check the name of the registry, and that the docker engine can reach it.",
    },
  ],
  [
    /Multi-platform build is not supported|multiple platforms feature is currently not supported|cache export (is|feature is currently) not supported|attestations? (is|are) not supported|docker exporter does not (currently )?support exporting manifest lists/i,
    {
      code: "E_UNSUPPORTED",
      what: "needs more than this builder of docker's can do",
      hint: "Make another with `docker buildx create --use`, turn on docker's containerd image store, or name one in builderOptions.builder.",
    },
  ],
  [
    /failed to push|error pushing|failed commit on ref|unexpected status from (PUT|POST|HEAD) request/,
    { code: "E_PUSH", what: "could not push the image", hint: "Build again: what was built is kept by BuildKit." },
  ],
  [
    /manifest unknown|: not found$|pull access denied|repository does not exist|no match for platform in manifest/im,
    {
      code: "E_REGISTRY",
      what: "did not find an image it needs",
      hint: "Check baseImage and builderConfig, and that the registry holds the platform.",
    },
  ],
];

/** The error for a build that docker ended with an exit code, from what was said while it ran. */
export function buildFailure(reference: string, command: string, exitCode: number, log: BuildLog): ImageSpecError {
  const { code, what, hint } = judge(log);
  const tail = [...log.tail];
  const last = tail.length === 0 ? "" : `\n  last lines:\n${tail.map((line) => `    ${line}`).join("\n")}`;
  return new ImageSpecError(code, `docker build of ${reference} ${what}.\n  command: ${command}${last}`, {
    hint,
    details: { reference, command, exitCode, step: log.failedStep, tail },
  });
}

function judge({ fault, failedStep, tail }: BuildLog): Verdict {
  if (fault) {
    // E_UNSUPPORTED would hand the spec on to another builder, which is too late once a step ran.
    const code = fault.code === "E_UNSUPPORTED" ? "E_BUILD" : fault.code;
    return { code, what: `failed: ${fault.message}`, hint: STEP_HINTS[fault.code] };
  }
  const end = tail.slice(-8).join("\n");
  const inStep = failedStep !== undefined && /(^|\] )RUN /.test(failedStep);
  // What a program of the user's printed says nothing about registries and builders.
  const texts = inStep ? BY_TEXT.filter(([, { code }]) => !/^E_(REGISTRY|UNSUPPORTED|PUSH)/.test(code)) : BY_TEXT;
  for (const [pattern, verdict] of texts) if (pattern.test(end)) return verdict;
  if (inStep && installsPackages(failedStep)) {
    return {
      code: "E_RESOLVE",
      what: "could not install the packages of the spec",
      hint: "Correct packages, requirements or indexes as the last lines say.",
    };
  }
  const where = failedStep === undefined ? "failed" : `failed in step "${stepTitle(failedStep)}"`;
  return { code: "E_BUILD", what: where, hint: "The last lines say why; --json tells everything the build printed." };
}
