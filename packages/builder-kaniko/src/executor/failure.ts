import type { BuildPlan } from "@imagespec/core/builder";
import { type Instruction, judgeFailure, lastLines, type TextVerdict, type Verdict } from "@imagespec/dockerfile";
import { ImageSpecError } from "@imagespec/registry";

/** How an executor ended, whoever ran it. */
export interface ExecutorExit {
  /** What ran, for the message: `the container of ghcr.io/...`, `the Job imagespec-...`. */
  subject: string;
  plan: BuildPlan;
  platform: string;
  exitCode: number | undefined;
  outOfMemory: boolean;
  /** What the runtime says besides the exit code. */
  reason?: string | undefined;
  /** The instruction that was started last, where its log said so. */
  instruction: Instruction | undefined;
  /** The last lines of its log, redacted. */
  tail: readonly string[];
}

/** kaniko's own words for a RUN step whose program failed or could not be started. */
const IN_STEP = /failed to execute command: (starting command|waiting for process to exit)/;
const OWN_TEXTS: readonly TextVerdict[] = [
  [
    // It names the argument first, and then explains itself at such length that the name is not among the last lines.
    /^(?:Use "executor \[command\] --help"|Run 'executor --help')/m,
    {
      code: "E_OPTIONS",
      what: "does not know one of its arguments",
      hint: "Correct builderOptions.extraArgs, or use an executor of version 1.24.0 or newer.",
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
    // It empties the file system between stages, but for folders of its own: a base's link cannot stand in their place.
    /failed to get filesystem from image: mkdir \S+: file exists/,
    {
      code: "E_UNSUPPORTED",
      what: "cannot unpack a base image that has a link where kaniko keeps a folder",
      hint: "Build with docker-buildx, or use another base image.",
    },
  ],
  [
    // After a mirror kaniko asks the registry itself, which a closed network cannot reach.
    /from remapped registry .*(?:MANIFEST|NAME)_UNKNOWN/,
    {
      code: "E_REGISTRY",
      what: "did not find an image it needs in its mirror",
      hint: "Copy the image into the mirror, or correct baseImage and builderConfig.",
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
 * last lines say; without either it is E_BUILD. The exit code and the last lines are in message and details.
 */
export function executorFailure(exit: ExecutorExit): ImageSpecError {
  const verdict = judge(exit);
  const place = `${exit.subject}, ${exit.platform}, exit code ${exit.exitCode ?? "unknown"}`;
  return new ImageSpecError(verdict.code, `kaniko ${verdict.what} (${place})${lastLines(exit.tail)}`, {
    hint: verdict.hint,
    details: {
      exitCode: exit.exitCode,
      outOfMemory: exit.outOfMemory,
      reason: exit.reason,
      platform: exit.platform,
      tail: [...exit.tail],
    },
  });
}

function judge(exit: ExecutorExit): Verdict {
  const because = exit.reason === undefined ? "" : `: ${exit.reason}`;
  if (exit.outOfMemory) {
    return {
      code: "E_BUILD",
      what: "ran out of memory",
      hint: "Raise builderOptions.memory (docker) or builderOptions.kubernetes.resources.limits.memory.",
    };
  }
  if (exit.exitCode === 137 || exit.exitCode === 143) {
    return { code: "E_BUILD", what: `was killed${because}`, hint: "Check the memory of the machine, and build again." };
  }
  const inStep = exit.tail.some((line) => IN_STEP.test(line));
  const hint = "Correct the step that the last lines name.";
  return judgeFailure({ ...exit, inStep }, OWN_TEXTS) ?? { code: "E_BUILD", what: `failed${because}`, hint };
}

/** The error for an executor that exited with 0 but left no image or no digest. */
export function noImage(subject: string, platform: string, tail: readonly string[]): ImageSpecError {
  return new ImageSpecError(
    "E_BUILD",
    `kaniko ended without an error but wrote no image (${subject}, ${platform})${lastLines(tail)}`,
    {
      hint: "Use an executor image of version 1.24.0 or newer whose entrypoint is /kaniko/executor.",
      details: { platform, tail: [...tail] },
    },
  );
}
