import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { csvField, runTool } from "@imagespec/core/builder";
import { BuildLog } from "./build-log.ts";
import type { DockerClient } from "./docker-client.ts";
import { buildFailure } from "./failure.ts";
import { type BuildJob, contextOf } from "./job.ts";
import { readPlainProgress, readRawJsonProgress } from "./progress.ts";

/**
 * Runs `docker buildx build` to one output.
 *
 * @returns the digest that buildx wrote down, which some drivers give for the config instead of the manifest.
 */
export async function buildWithBuildx(
  job: BuildJob,
  { rawJson, attestations }: Extract<DockerClient, { kind: "buildx" }>,
  output: BuildxCommand["output"],
  contexts: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const metadataFile = join(job.scratch, "metadata.json");
  await run(job, buildxArguments({ ...job, rawJson, attestations, metadataFile, output, contexts }), rawJson);
  const metadata = JSON.parse(await readFile(metadataFile, "utf8").catch(() => "{}")) as Record<string, unknown>;
  const digest = metadata["containerimage.digest"];
  return typeof digest === "string" ? digest : undefined;
}

/** Runs `docker build` with the BuildKit client in docker itself; the image is then in the engine, under its name. */
export async function buildWithDocker(job: BuildJob): Promise<void> {
  await run({ ...job, env: { ...job.env, DOCKER_BUILDKIT: "1" } }, dockerBuildArguments(job), false);
}

async function run(job: BuildJob, args: readonly string[], rawJson: boolean): Promise<void> {
  const log = new BuildLog(job.emit, job.instructions);
  const progress = rawJson ? readRawJsonProgress(log, job.redact) : readPlainProgress(log, job.redact);
  const result = await runTool("docker", args, {
    env: job.env,
    input: contextOf(job),
    signal: job.signal,
    redact: job.redact,
    allowFailure: true,
    onLine: progress.onLine,
    structured: rawJson,
  });
  progress.end();
  if (result.exitCode !== 0) throw buildFailure({ ...job, ...result, log });
}

/** The settings of both `docker buildx build` and `docker build`. */
export type BuildCommand = Pick<BuildJob, "reference" | "platforms" | "options" | "inputs"> &
  Partial<Pick<BuildJob, "force" | "pull">>;

/** The further settings of `docker buildx build`. */
export interface BuildxCommand extends BuildCommand {
  rawJson: boolean;
  metadataFile: string;
  /** `push`, `load`, or what `--output` is told, attribute by attribute: a path may hold commas. */
  output: "push" | "load" | { type: string; dest: string; tar?: false };
  /** Named contexts: name to `oci-layout://...`. */
  contexts?: Readonly<Record<string, string>>;
  /** Whether this buildx knows `--provenance` (0.10). */
  attestations: boolean;
}

/** The arguments of `docker` for a build with the plug-in; the context comes on standard input. */
export function buildxArguments(command: BuildxCommand): string[] {
  const { options, output } = command;
  return [
    "buildx",
    "build",
    ...(options.builder === undefined ? [] : ["--builder", options.builder]),
    `--progress=${command.rawJson ? "rawjson" : "plain"}`,
    ...shared(command),
    ...options.cacheTo.flatMap((cache) => ["--cache-to", cache]),
    ...(command.attestations ? [`--provenance=${provenance(options.provenance)}`] : []),
    ...Object.entries(command.contexts ?? {}).flatMap(([name, source]) => ["--build-context", `${name}=${source}`]),
    "--metadata-file",
    command.metadataFile,
    ...(typeof output === "string" ? [`--${output}`] : ["--output", outputSpec(output)]),
    "-",
  ];
}

/** The arguments of `docker` for a build with its own BuildKit client, into the engine. */
export function dockerBuildArguments(command: BuildCommand): string[] {
  return ["build", "--progress=plain", ...shared(command), "-"];
}

// docker reads the values of `--secret` and `--output` as a line of CSV.
function shared({ reference, platforms, options, inputs, force, pull }: BuildCommand): string[] {
  return [
    ...(force === true ? ["--no-cache"] : []),
    ...(pull === true ? ["--pull"] : []),
    "--tag",
    reference,
    "--platform",
    platforms.join(","),
    ...(options.network === undefined ? [] : ["--network", options.network]),
    ...options.cacheFrom.flatMap((cache) => ["--cache-from", cache]),
    ...Object.keys(inputs.arguments).flatMap((name) => ["--build-arg", name]),
    ...Object.entries(inputs.secrets).flatMap(([id, file]) => ["--secret", `id=${id},${csvField(`src=${file}`)}`]),
  ];
}

function provenance(value: boolean | "min" | "max"): string {
  return typeof value === "string" ? `mode=${value}` : String(value);
}

function outputSpec({ type, dest, tar }: Exclude<BuildxCommand["output"], string>): string {
  return [`type=${type}`, ...(tar === false ? ["tar=false"] : []), csvField(`dest=${dest}`)].join(",");
}
