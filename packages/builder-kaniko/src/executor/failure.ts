import { parseStepFault, type StepFaultCode } from "@imagespec/dockerfile";
import { type ErrorCode, ImageSpecError } from "@imagespec/registry";
import type { KanikoOptions } from "../options.ts";

/** How an executor ended, whoever ran it. */
export interface ExecutorExit {
  /** What ran, for the message: `the container of ghcr.io/...`, `the Job imagespec-...`. */
  subject: string;
  platform: string;
  exitCode: number | undefined;
  outOfMemory: boolean;
  /** What the runtime says besides the exit code. */
  reason?: string | undefined;
  /** The instruction that was started last, where its log said so. */
  instruction?: string | undefined;
  /** The last lines of its log, redacted. */
  tail: readonly string[];
}

interface Verdict {
  code: ErrorCode;
  what: string;
  hint: string;
}

const STEP_HINTS: Record<StepFaultCode, string> = {
  E_NO_PYTHON: "Set pythonVersion, or choose a base image with python3.",
  E_BASE_NO_SHELL: "Choose a base image with a shell and chown, or the builder uv-micromamba.",
  E_UNSUPPORTED: "Change the spec or its base image.",
};
const MISSING_SHELL = /\/bin\/sh: no such file or directory|fork\/exec \/bin\/sh: (exec format|no such)/;
/** kaniko's own words for a RUN step whose program failed or could not be started. */
const IN_STEP = /failed to execute command: (starting command|waiting for process to exit)/;
const BY_TEXT: [RegExp, Verdict][] = [
  [
    /no space left on device/i,
    {
      code: "E_BUILD",
      what: "ran out of disk space",
      hint: "Free space where containers are kept, or give the build a larger disk.",
    },
  ],
  [
    MISSING_SHELL,
    {
      code: "E_BASE_NO_SHELL",
      what: "found no /bin/sh in the base image",
      hint: "Choose a base image with a shell, or the builder uv-micromamba.",
    },
  ],
  [
    // kaniko looks up the user of a step before it starts the shell.
    /group ids for user: .*\/etc\/(group|passwd): no such file/,
    {
      code: "E_BASE_NO_SHELL",
      what: "found no /etc/group in the base image, which is too bare for build steps",
      hint: "Choose a base image with a shell and users, or the builder uv-micromamba.",
    },
  ],
  [
    /\bUNAUTHORIZED\b|\bDENIED\b|status code 401|status code 403|authentication required/,
    {
      code: "E_REGISTRY_AUTH",
      what: "was refused by a registry",
      hint: "Log in with `docker login REGISTRY`, or name a config.json in registryConfig.",
    },
  ],
  [
    /MANIFEST_UNKNOWN|NAME_UNKNOWN/,
    {
      code: "E_REGISTRY",
      what: "did not find an image it needs",
      hint: "Check baseImage and builderConfig, and that the registry holds the platform.",
    },
  ],
  [
    /dial tcp:? .*(connection refused|no such host|i\/o timeout)|TLS handshake timeout/,
    {
      code: "E_REGISTRY_UNREACHABLE",
      what: "could not reach a registry",
      hint: 'Check the name; where the registry is on this machine use builderOptions { network: "host" }.',
    },
  ],
];

/**
 * The error for an executor that did not exit with 0. What the runtime knows (memory, a kill) goes before what the
 * last lines say; without either it is E_BUILD with the exit code. The last lines are in message and details.
 */
export function executorFailure(exit: ExecutorExit): ImageSpecError {
  const verdict = judge(exit);
  return new ImageSpecError(
    verdict.code,
    `kaniko ${verdict.what} (${exit.subject}, ${exit.platform})${lastLines(exit.tail)}`,
    {
      hint: verdict.hint,
      details: {
        exitCode: exit.exitCode,
        outOfMemory: exit.outOfMemory,
        reason: exit.reason,
        platform: exit.platform,
        tail: [...exit.tail],
      },
    },
  );
}

function judge(exit: ExecutorExit): Verdict {
  if (exit.outOfMemory) {
    return {
      code: "E_BUILD",
      what: "ran out of memory",
      hint: "Raise builderOptions.memory (docker) or builderOptions.kubernetes.resources.limits.memory.",
    };
  }
  if (exit.exitCode === 137 || exit.exitCode === 143) {
    return {
      code: "E_BUILD",
      what: `was killed${exit.reason === undefined ? "" : `: ${exit.reason}`}`,
      hint: "Check the memory of the machine, and build again.",
    };
  }
  for (const line of exit.tail) {
    const named = parseStepFault(line);
    if (named !== undefined) {
      // E_UNSUPPORTED would hand the spec on to another builder, which is too late once a step ran.
      const code = named.code === "E_UNSUPPORTED" ? "E_BUILD" : named.code;
      return { code, what: `failed: ${named.message}`, hint: STEP_HINTS[named.code] };
    }
  }
  // Only the end: an earlier line may be a retry that went well.
  const end = exit.tail.slice(-8).join("\n");
  // What a program of the user's printed says nothing about registries.
  const inStep = IN_STEP.test(end);
  const texts = inStep ? BY_TEXT.filter(([, { code }]) => !code.startsWith("E_REGISTRY")) : BY_TEXT;
  for (const [pattern, verdict] of texts) if (pattern.test(end)) return verdict;
  if (inStep && installsPackages(exit.instruction ?? "")) {
    return {
      code: "E_RESOLVE",
      what: "could not install the packages of the spec",
      hint: "Correct packages, requirements or indexes as the last lines say.",
    };
  }
  return {
    code: "E_BUILD",
    what: `failed with exit code ${exit.exitCode ?? "unknown"}${exit.reason === undefined ? "" : `: ${exit.reason}`}`,
    hint: "Correct the step that the last lines name.",
  };
}

/** The end of an executor's log, as the end of a message. */
export function lastLines(tail: readonly string[]): string {
  return tail.length === 0 ? "" : `\n  last lines:\n${tail.map((line) => `    ${line}`).join("\n")}`;
}

function installsPackages(instruction: string): boolean {
  return /uv pip install --python \/opt|uv sync --locked|micromamba \\?"\$verb/.test(instruction);
}

/** For an executor that exited with 0 and left no image or no digest. */
export function noImage(subject: string, platform: string, tail: readonly string[]): ImageSpecError {
  return new ImageSpecError(
    "E_BUILD",
    `kaniko ended without an error and without an image (${subject}, ${platform})${lastLines(tail)}`,
    {
      hint: "Use an executor image of version 1.24.0 or newer whose entrypoint is /kaniko/executor.",
      details: { platform, tail: [...tail] },
    },
  );
}

/** The error for a build that took longer than its options allow. */
export function timedOut(subject: string, { timeout }: KanikoOptions): ImageSpecError {
  return new ImageSpecError("E_BUILD", `kaniko did not finish ${subject} within ${timeout} s`, {
    hint: "Raise builderOptions.timeout.",
  });
}
