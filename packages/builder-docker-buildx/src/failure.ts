import { type BuildPlan, type ErrorCode, ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { endOf, judgeFailure, lastLines, type TextVerdict, type Verdict } from "@imagespec/dockerfile";
import { writeFault } from "@imagespec/registry";
import { parseReference, refusedPushCure } from "@imagespec/registry/terms";
import type { BuildLog } from "./build-log.ts";

/** Messages of docker and its builders at the end of their output. The first that matches counts. */
const TEXTS: readonly TextVerdict[] = [
  [
    /Cannot connect to the Docker daemon|error during connect|docker daemon is not running/,
    { code: "E_DAEMON", what: "lost the docker engine", hint: "Start docker, or set DOCKER_HOST." },
  ],
  [
    /^(?:ERROR: )?(?:failed to solve: )?executor failed running \[.*\]: failed to (?:create endpoint|set up container networking)/m,
    {
      code: "E_DAEMON",
      what: "could not connect a step to the docker engine's network",
      hint: "Restart docker, which makes its network anew.",
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
];

/** What docker prints when the connection to its builder breaks; BuildKit prints similar texts about registries. */
const LOST =
  /^(?:error: )?(?:failed to|rpc error|listing workers)(?!.*(?:to do request|source metadata|to authorize)).*(?:code = Unavailable|error reading from server|closing transport|transport is closing|connection reset by peer|broken pipe|context deadline exceeded|unexpected EOF)|^(?:socket hang up|(?:read|write) E(?:CONNRESET|PIPE)|connect E(?:CONNREFUSED|NOENT) \S+|aborted)$/im;
const LOST_BUILDER: TextVerdict = [
  LOST,
  {
    code: "E_DAEMON",
    what: "lost the connection to its builder",
    hint: "Read the log of the docker engine or the builder, restart it, and build again.",
  },
];
/** What buildx calls the step in which it starts a builder of its own, as a container or in Kubernetes. */
const BOOTING = "[internal] booting buildkit";
const UNSTARTED_BUILDER: Verdict = {
  code: "E_DAEMON",
  what: "could not start its builder",
  hint: "See why with `docker buildx inspect --bootstrap NAME`, or choose another of `docker buildx ls` with builderOptions.builder.",
};
/** How BuildKit reports a program that ended by itself: what was printed before is the program's. */
const PROGRAM_ENDED = /did not complete successfully: exit code|executor failed running .*: exit code/;

/** The command that failed and how. */
export interface FailedCommand {
  reference: string;
  plan: BuildPlan;
  /** Escaped and redacted. */
  command: string;
  exitCode: number;
  log: BuildLog;
}

/** The error for a build that docker ended with an exit code, from what was said while it ran. */
export function buildFailure({ reference, plan, command, exitCode, log }: FailedCommand): ImageSpecError {
  const tail = [...log.tail];
  const { failed, fault } = log;
  const known =
    failed?.title === BOOTING
      ? UNSTARTED_BUILDER
      : judgeFailure(
          { plan, instruction: failed?.instruction, fault, tail },
          PROGRAM_ENDED.test(endOf(tail).join("\n")) ? TEXTS : [...TEXTS, LOST_BUILDER],
        );
  const { code, what, hint }: Verdict = known ?? {
    code: "E_BUILD",
    what: failed === undefined ? "failed" : `failed in step "${failed.title}"`,
    hint: "Read the last lines, or run with --json for everything the build printed.",
  };
  return new ImageSpecError(code, `docker build of ${reference} ${what}\n  command: ${command}${lastLines(tail)}`, {
    hint,
    details: { reference, command, exitCode, step: failed?.instruction?.step, tail },
  });
}

/** What a system says of a file that cannot be written, and the cure. */
const UNWRITABLE: readonly (readonly [RegExp, string])[] = [
  [/no space left on device|disk quota exceeded/, "Free space on the disk of that path, or choose another."],
  [
    /permission denied|read-only file system|is a directory|not a directory|no such file or directory/,
    "Choose a path that can be written.",
  ],
];

/** The error of writing `output` into `folder`: E_OUTPUT when system or command say that it cannot be written there. */
export function outputFailure(error: unknown, output: string, folder: string): unknown {
  return isImageSpecError(error) ? unwritable(error, output, folder, "E_OUTPUT") : writeFault(error, output);
}

/** The same for the folder of this run, through which an image passes on its way to its output: E_CACHE. */
export function scratchFailure(error: unknown, folder: string): unknown {
  return unwritable(error, `The folder for temporary files ${folder}`, folder, "E_CACHE");
}

function unwritable(error: unknown, name: string, folder: string, code: "E_OUTPUT" | "E_CACHE"): unknown {
  if (!isImageSpecError(error, "E_BUILD")) return error;
  const said = endOf(error.details.tail ?? []).filter((line) => line.includes(folder));
  for (const [pattern, cure] of UNWRITABLE) {
    const line = said.find((one) => pattern.test(one));
    if (line === undefined) continue;
    const hint = code === "E_CACHE" ? "Set TMPDIR to a folder that can be written and has room for the image." : cure;
    return new ImageSpecError(code, `${name} cannot be written: ${line}`, {
      hint,
      cause: error,
      details: { path: folder },
    });
  }
  return error;
}

const REFUSED = /unauthorized|authentication required|no basic auth credentials|insufficient_scope|denied|\b40[13]\b/i;
const UNREACHABLE =
  /connection refused|no such host|i\/o timeout|TLS handshake timeout|network is unreachable|certificate signed by unknown authority|HTTP response to HTTPS client|connection reset/;
const PUSH_HINTS = {
  E_REGISTRY_AUTH: "Log in with `docker login REGISTRY`, or name a docker config.json in registryConfig.",
  E_REGISTRY_UNREACHABLE: "Check the name of the registry, and that the docker engine can reach it.",
  E_PUSH: "Build again; the engine keeps what was built.",
} as const satisfies Partial<Record<ErrorCode, string>>;

/** The error for an image that was built and not pushed. */
export function pushFailure(reference: string, lines: readonly string[]): ImageSpecError {
  const end = endOf(lines).join("\n");
  const otherwise = UNREACHABLE.test(end) ? "E_REGISTRY_UNREACHABLE" : "E_PUSH";
  const cure = refusedPushCure(end, parseReference(reference).name);
  const code = cure === undefined && REFUSED.test(end) ? "E_REGISTRY_AUTH" : otherwise;
  return new ImageSpecError(code, `${reference} was built but could not be pushed${lastLines(lines)}`, {
    hint: cure ?? PUSH_HINTS[code],
    details: { reference, tail: [...lines] },
  });
}
