import {
  type BuildRequest,
  type BuildResult,
  secretTexts,
  sourceDateEpoch,
  withScratchFolder,
} from "@imagespec/core/builder";
import { checkBase, contextFiles, type Dockerfile, OCI_BASE_CONTEXT, renderDockerfile } from "@imagespec/dockerfile";
import { packageVersion } from "@imagespec/registry/terms";
import { buildWithBuildx, buildWithDocker } from "./docker-build.ts";
import { type DockerClient, findDockerClient } from "./docker-client.ts";
import { withDockerConfig } from "./docker-config.ts";
import { buildWithEngine } from "./engine/build-with-engine.ts";
import { heldImage } from "./engine/held-image.ts";
import { insecureHosts } from "./insecure-hosts.ts";
import type { BuildJob } from "./job.ts";
import { buildInputs } from "./job.ts";
import { baseContext, passingBaseName, withLoadedBase } from "./layout-base.ts";
import type { DockerBuildxOptions } from "./options.ts";
import { exportWithBuildx, saveOutput } from "./output.ts";
import { push, pushedDigest } from "./push.ts";
import { checkClient } from "./supports.ts";

type Request = BuildRequest<DockerBuildxOptions>;
type Buildx = Extract<DockerClient, { kind: "buildx" }>;

/**
 * Builds the image of a request and delivers it: to its output first, to the registry last. By `probed`, the client
 * that was found a moment ago, or without one by the client that it finds.
 *
 * @throws ImageSpecError with the codes of `judgeFailure`, of {@link findDockerClient} and of the inputs.
 */
export async function build(request: Request, probed?: DockerClient): Promise<BuildResult> {
  return withDockerConfig(request.credentials.configFile, async (config) => {
    const call = { env: config, signal: request.signal };
    const client = probed ?? (await findDockerClient(call, request.options.builder));
    return withScratchFolder("docker", (scratch) => buildBy(client, { scratch, config, request }));
  });
}

interface BuildPlace {
  scratch: string;
  /** Laid over docker's environment. */
  config: Record<string, string>;
  request: Request;
}

async function buildBy(client: DockerClient, { scratch, config, request }: BuildPlace): Promise<BuildResult> {
  checkClient(client, request);
  const ownEngine = client.kind !== "buildx" || client.driver === "docker";
  await checkBase(request, ownEngine && !pulls(request) ? { held: (name) => heldImage(name, config, request) } : {});
  for (const host of insecureHosts(request, process.env)) {
    request.emit({
      type: "warning",
      message: `docker's own settings decide whether ${host} is spoken to without TLS`,
      hint: `Name it under insecure-registries in the engine's daemon.json, or as http = true under [registry."${host}"] in the builder's buildkitd.toml.`,
    });
  }
  const base = request.plan.base.kind === "layout" ? request.plan.base.path : undefined;
  const loads = base !== undefined && ownEngine;
  const job = await prepare(request, scratch, config, loads ? passingBaseName(scratch) : undefined);
  const run = async () =>
    client.kind === "buildx"
      ? await runBuildx(job, client, request, base === undefined || loads ? {} : await namedBase(job, base))
      : await runDockerBuild(job, client, request, config);
  return loads ? withLoadedBase(job, base, run) : run();
}

/** The Dockerfile that a request is built by; `layoutBase` is the name an `oci:` base was loaded by, if it was. */
export function dockerfileOf({ plan, files, mirrors }: Request, layoutBase?: string): Dockerfile {
  return renderDockerfile(plan, {
    dialect: "buildkit",
    builder: `docker-buildx@${packageVersion(new URL("../package.json", import.meta.url))}`,
    files,
    mirrors,
    layoutBase,
  });
}

async function prepare(
  request: Request,
  scratch: string,
  config: Record<string, string>,
  layoutBase: string | undefined,
): Promise<BuildJob> {
  const { plan, target, options, files, force, signal, emit } = request;
  const inputs = await buildInputs(request, options, process.env);
  const { text, instructions } = dockerfileOf(request, layoutBase);
  return {
    reference: target.reference,
    platforms: target.platforms,
    options,
    inputs,
    plan,
    instructions,
    entries: contextFiles(plan, text, files),
    force,
    pull: layoutBase === undefined && pulls(request),
    mtime: sourceDateEpoch(process.env),
    env: { ...config, ...inputs.arguments, DOCKER_CLI_HINTS: "false", BUILDX_GIT_INFO: "false" },
    redact: await secretTexts(Object.values(request.secrets)),
    scratch,
    signal,
    emit,
  };
}

/** A base that is a spec was just built or looked for, and may be in the engine alone. */
function pulls({ force, spec }: Request): boolean {
  return force && typeof spec.baseImage !== "object";
}

async function namedBase(job: BuildJob, folder: string): Promise<Record<string, string>> {
  return { [OCI_BASE_CONTEXT]: await baseContext(folder, job.scratch) };
}

async function runBuildx(
  job: BuildJob,
  client: Buildx,
  request: Request,
  contexts: Readonly<Record<string, string>>,
): Promise<BuildResult> {
  const { push: pushes, output = pushes ? undefined : ({ kind: "engine" } as const) } = request.target;
  if (output !== undefined) await exportWithBuildx(job, client, output, contexts);
  if (!pushes) return { reference: job.reference };
  // What was exported is in BuildKit's cache by now.
  const again = output === undefined ? job : { ...job, force: false, pull: false };
  const written = await buildWithBuildx(again, client, "push", contexts);
  return { reference: job.reference, digest: await pushedDigest(request, job.reference, written) };
}

async function runDockerBuild(
  job: BuildJob,
  client: Exclude<DockerClient, Buildx>,
  request: Request,
  config: Record<string, string>,
): Promise<BuildResult> {
  const { push: pushes, output } = request.target;
  if (client.kind === "api") await buildWithEngine(job, request.credentials, { ...process.env, ...config });
  else await buildWithDocker(job);
  if (output !== undefined) await saveOutput(job, output);
  return pushes ? { reference: job.reference, digest: await push(job) } : { reference: job.reference };
}
