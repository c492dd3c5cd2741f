import { stat } from "node:fs/promises";
import {
  type BuildPlan,
  type BuildRequest,
  type ErrorCode,
  ImageSpecError,
  openShippedFile,
  runTool,
  type ToolResult,
} from "@imagespec/core/builder";
import {
  buildArguments,
  CA_SECRET,
  type ContextEntry,
  contextTar,
  holdsPassword,
  hostBuildArguments,
  hostCertificates,
  type Instruction,
} from "@imagespec/dockerfile";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import type { DockerBuildxOptions } from "./options.ts";

/** One image to build, ready to be handed to docker. */
export interface BuildJob {
  reference: string;
  platforms: readonly string[];
  options: DockerBuildxOptions;
  inputs: BuildInputs;
  plan: BuildPlan;
  /** Of the Dockerfile, in order. */
  instructions: readonly Instruction[];
  entries: readonly ContextEntry[];
  /** Rebuild every step: nothing comes from a cache. */
  force: boolean;
  /** Ask registries whether the base and tool images have moved. */
  pull: boolean;
  /** Time of the files in the context, in seconds since 1970. */
  mtime: number;
  /** What docker gets in its environment, the build arguments included. */
  env: Record<string, string | undefined>;
  /** Texts to remove from everything that is printed. */
  redact: readonly string[];
  /** A folder of this job's own, mode 0700, removed behind it. */
  scratch: string;
  signal: AbortSignal;
  emit: BuildRequest["emit"];
}

/** The job's context as a tar stream, created for each run. */
export function contextOf({ entries, mtime, signal }: BuildJob): AsyncIterable<Uint8Array> {
  return contextTar(entries, { open: openShippedFile, mtime, signal });
}

/** Runs a docker command of a job that builds nothing; a failure is `errorCode` with command and last lines. */
export function runDocker(
  { env, signal, redact }: BuildJob,
  args: readonly string[],
  settings: { errorCode?: ErrorCode; allowFailure?: boolean; onLine?: (line: string) => void } = {},
): Promise<ToolResult> {
  return runTool("docker", args, { env, signal, redact, ...settings });
}

/** BuildKit refuses larger secrets. */
const LARGEST_SECRET = 500 * 1024;

/** What a build is given besides its context. */
export interface BuildInputs {
  /** Build arguments by name. They go to docker as environment, so that argv shows their names alone. */
  arguments: Record<string, string>;
  /** Secret id to absolute path. */
  secrets: Record<string, string>;
}

/**
 * Gathers build arguments (the host's, the options' and the plan's own) and secrets (the request's, and the
 * certificates the host trusts).
 *
 * @throws ImageSpecError E_OPTIONS when an address that would be published holds a password, E_INPUT_FILE when a file
 * cannot be read or is larger than BuildKit takes.
 */
export async function buildInputs(
  request: Pick<BuildRequest, "plan" | "secrets">,
  options: DockerBuildxOptions,
  env: ProcessEnvironment,
): Promise<BuildInputs> {
  const host = hostBuildArguments(request.plan, env);
  if (options.provenance === "max") {
    const published = Object.keys(host).find((name) => /_proxy$/i.test(name) && holdsPassword(host[name] ?? ""));
    if (published !== undefined) throw passwordInProxy(published);
  }
  const secrets = { ...request.secrets };
  for (const [id, file] of Object.entries(secrets)) {
    await checkSecret(`secret ${file} (${id})`, file, "Correct the path in pipSecretMounts, or mount a smaller file.");
  }
  const certificates = await hostCertificates(env);
  if (certificates !== undefined) {
    const { file, variable } = certificates;
    await checkSecret(
      `file ${file}, named by ${variable},`,
      file,
      `Name a file of the needed certificates in ${variable}.`,
    );
    secrets[CA_SECRET] = file;
  }
  return { arguments: { ...host, ...options.buildArgs, ...buildArguments(request.plan) }, secrets };
}

async function checkSecret(subject: string, file: string, hint: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new ImageSpecError("E_INPUT_FILE", `The ${subject} cannot be read`, { cause, hint });
  });
  if (found.isFile() && found.size <= LARGEST_SECRET) return;
  throw new ImageSpecError("E_INPUT_FILE", `The ${subject} is not a file of at most ${LARGEST_SECRET} bytes`, { hint });
}

function passwordInProxy(name: string): ImageSpecError {
  return new ImageSpecError(
    "E_OPTIONS",
    `${name} holds a user name or password, which provenance "max" would publish with the image`,
    { hint: `Use provenance "min", or set ${name} to an address without one.` },
  );
}
