import { type BuildPlan, type ErrorCode, ImageSpecError } from "@imagespec/core/builder";
import { judgeFailure, type TextVerdict, type Verdict } from "@imagespec/dockerfile";
import type { BuildLog } from "./progress/build-log.ts";

/** What docker and its builders say in words of their own, at the end of their output. The first that fits counts. */
const TEXTS: readonly TextVerdict[] = [
  [
    /Cannot connect to the Docker daemon|error during connect|docker daemon is not running/,
    { code: "E_DAEMON", what: "lost the docker engine", hint: "Start docker, or set DOCKER_HOST." },
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
  const { code, what, hint }: Verdict = judgeFailure(
    { plan, instruction: failed?.instruction, fault, tail },
    TEXTS,
  ) ?? {
    code: "E_BUILD",
    what: failed === undefined ? "failed" : `failed in step "${failed.title}"`,
    hint: "Read the last lines, or run with --json for everything the build printed.",
  };
  return new ImageSpecError(code, `docker build of ${reference} ${what}\n  command: ${command}${lastLines(tail)}`, {
    hint,
    details: { reference, command, exitCode, step: failed?.title, tail },
  });
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
export function pushFailure(reference: string, lines: readonly string[], cause?: unknown): ImageSpecError {
  const end = lines.slice(-8).join("\n");
  const code = REFUSED.test(end) ? "E_REGISTRY_AUTH" : UNREACHABLE.test(end) ? "E_REGISTRY_UNREACHABLE" : "E_PUSH";
  return new ImageSpecError(code, `${reference} was built and could not be pushed${lastLines(lines)}`, {
    hint: PUSH_HINTS[code],
    details: { reference, tail: [...lines] },
    cause,
  });
}

function lastLines(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\n  last lines:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
