import { readFile } from "node:fs/promises";
import { abortedError, type BuildRequest, type BuildResult, ImageSpecError } from "@imagespec/core/builder";
import type { Dockerfile } from "@imagespec/dockerfile";
import {
  assembleIndex,
  type Descriptor,
  descriptorOf,
  parsePlatform,
  parseReference,
  RegistryClient,
  type RegistryRepository,
} from "@imagespec/registry";
import { executorArguments } from "../executor/arguments.ts";
import { type BuildInputs, buildInputs, dockerfileOf } from "../executor/inputs.ts";
import { ExecutorLog } from "../executor/log.ts";
import { timedOut, timeLimit } from "../executor/time-limit.ts";
import type { KanikoOptions } from "../options.ts";
import { type Cluster, connectCluster } from "./cluster.ts";
import { deleteJob, ensureJob, type RunningJob } from "./ensure-job.ts";
import { followJob } from "./follow-job.ts";
import { CONTEXT_FOLDER } from "./job-manifest.ts";
import { jobName } from "./job-name.ts";
import type { JobSlots } from "./job-slots.ts";
import { pushContext } from "./push-context.ts";
import { refusalError } from "./refusal.ts";

/** What the Jobs of one build have in common. */
interface Build {
  request: BuildRequest<KanikoOptions>;
  cluster: Cluster;
  repository: RegistryRepository;
  tag: string;
  inputs: BuildInputs;
  dockerfile: Dockerfile;
  slots: JobSlots;
  signal: AbortSignal;
}

/**
 * Builds every platform as a Job, all at the same time. The Jobs push by themselves and need no client; this one
 * pushes the context before and the index of several platforms after.
 */
export async function buildInKubernetes(request: BuildRequest<KanikoOptions>, slots: JobSlots): Promise<BuildResult> {
  const { options } = request;
  const reference = request.target.reference;
  const { name, tag = "latest" } = parseReference(reference);
  const cluster = await connectCluster(options.kubernetes);
  // Straight to the registry: what was just pushed is not in a mirror.
  const client = new RegistryClient({ credentials: request.credentials, insecure: options.insecure, mirrors: {} });
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  try {
    const contexts = options.kubernetes.contextRepository ?? name;
    const context = await pushContext(request.plan, request.files, client.repository(contexts), { signal });
    const contextImage = context === undefined ? undefined : `${parseReference(contexts).name}@${context}`;
    const inputs = await buildInputs(request, [reference, ...(contextImage ? [contextImage] : [])]);
    const repository = client.repository(name);
    const dockerfile = dockerfileOf(request, contextImage);
    const build = { request, cluster, repository, tag, inputs, dockerfile, slots, signal };
    const builds = request.target.platforms.map((platform) =>
      buildPlatform(build, platform).catch((error: unknown) => {
        failed.abort(refusalError(error, `building ${reference}`, cluster.namespace));
        throw error;
      }),
    );
    // The others clean up after themselves before the first failure is reported.
    const results = await Promise.allSettled(builds);
    failed.signal.throwIfAborted();
    const built = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const digest = await finish(build, built);
    return { reference, digest, insecureRegistries: options.insecure };
  } catch (error) {
    if (request.signal.aborted) throw abortedError(`The build of ${reference}`, request.signal.reason);
    throw refusalError(error, `building ${reference}`, cluster.namespace);
  } finally {
    await client.close();
  }
}

interface PushedPlatform {
  platform: string;
  digest: string;
  job: RunningJob;
}

async function buildPlatform(build: Build, platform: string): Promise<PushedPlatform> {
  const { request, cluster, inputs, signal } = build;
  const { options } = request;
  const { subject } = inputs;
  const limit = timeLimit(options);
  const log = new ExecutorLog({
    emit: (event) => request.emit(event),
    redact: inputs.redact,
    platform: request.target.platforms.length > 1 ? platform : undefined,
    instructions: build.dockerfile.instructions,
  });
  const both = AbortSignal.any([signal, limit]);
  let job: RunningJob | undefined;
  try {
    job = await startJob(build, platform, both);
    const { name } = job;
    if (job.found) say(request, `Found the Job ${name} of an earlier run.`);
    const { startTimeout } = options.kubernetes;
    let digest = await followJob(cluster, { name, plan: request.plan, platform, startTimeout, log, signal: both });
    // Another client of the same build may have cleaned up when it saw the end.
    digest ??= (await build.repository.headManifest(platformTag(build, platform), { signal }))?.digest;
    if (digest === undefined) throw deleted(name, subject);
    log.end("done");
    return { platform, digest, job };
  } catch (error) {
    log.end("failed");
    // Whoever started a Job that was found may still follow it, and who gives up here must not end it there.
    const isOthers = job?.found === true && request.signal.aborted;
    if (job !== undefined && !isOthers) await deleteJob(cluster, job).catch(() => undefined);
    throw limit.aborted && !signal.aborted ? timedOut(subject, options) : error;
  }
}

async function startJob(build: Build, platform: string, signal: AbortSignal): Promise<RunningJob> {
  const { request, cluster, inputs, slots } = build;
  const { options } = request;
  const tag = platformTag(build, platform);
  const run = {
    platform,
    context: `dir://${CONTEXT_FOLDER}`,
    dockerfile: `${CONTEXT_FOLDER}/Dockerfile`,
    output: {
      kind: "push",
      destination: `${build.repository.name}:${tag}`,
      digestFile: "/dev/termination-log",
    } as const,
    buildArguments: Object.keys(inputs.env),
    access: inputs.access,
    repository: inputs.repository,
  };
  return ensureJob(cluster, {
    task: {
      name: jobName(inputs.subject, platform),
      namespace: cluster.namespace,
      subject: inputs.subject,
      platform,
      image: options.image,
      args: executorArguments(request.plan, options, run),
      environment: Object.keys(inputs.env),
      secretTargets: inputs.secrets.map(({ target }) => target),
      hasDockerConfig: inputs.dockerConfig !== undefined,
      hasCertificates: inputs.certificates !== undefined,
      options: options.kubernetes,
      timeout: options.timeout,
    },
    contents: {
      dockerfile: build.dockerfile.text,
      env: inputs.env,
      secrets: await Promise.all(inputs.secrets.map(({ source }) => readFile(source))),
      dockerConfig: inputs.dockerConfig?.json,
      certificates: inputs.certificates,
    },
    // A Job that finished without its client is good when the registry still has what it pushed.
    reuseFinished: async ({ status }) => {
      if (request.force || (status?.succeeded ?? 0) === 0) return false;
      return (await build.repository.headManifest(tag, { signal })) !== undefined;
    },
    slots,
    log: (line) => say(request, line),
    signal,
  });
}

function say(request: BuildRequest<KanikoOptions>, line: string): void {
  request.emit({ type: "log", stream: "stderr", line });
}

/** One platform is pushed under the tag itself; several each under a tag of its own, since the index is pushed last. */
function platformTag({ request, tag }: Build, platform: string): string {
  return request.target.platforms.length === 1 ? tag : `${tag}_${platform.replaceAll("/", "_")}`;
}

/** Puts the index of several platforms under the tag, then removes the Jobs and the tags that led there. */
async function finish(build: Build, built: readonly PushedPlatform[]): Promise<string> {
  const [only] = built;
  const digest = built.length > 1 ? await pushIndexOf(build, built) : (only?.digest ?? "");
  // The image is there; a Job that cannot be deleted now is removed by Kubernetes after its ttlSeconds.
  await Promise.allSettled(built.map(({ job }) => deleteJob(build.cluster, job)));
  return digest;
}

async function pushIndexOf(build: Build, built: readonly PushedPlatform[]): Promise<string> {
  const { repository, tag, signal } = build;
  const children = await Promise.all(
    built.map(async ({ platform, digest }) => ({
      platform,
      manifest: await repository.getManifest(digest, { signal }),
    })),
  );
  const entries: Descriptor[] = children.map(({ platform, manifest }) => ({
    ...descriptorOf(manifest),
    platform: { ...parsePlatform(platform) },
  }));
  const index = assembleIndex(entries);
  await repository.putManifest(index, { signal, tag });
  for (const { platform, manifest } of children) {
    const removed = await repository.deleteTag(platformTag(build, platform), { signal }).catch(() => false);
    // Some registries delete an image with its last tag, and the index still needs it.
    if (removed && (await repository.headManifest(manifest.digest, { signal })) === undefined) {
      await repository.putManifest(manifest, { signal });
    }
  }
  return index.digest;
}

function deleted(job: string, subject: string): ImageSpecError {
  return new ImageSpecError("E_KUBERNETES", `The Job ${job} was deleted before ${subject} was pushed`, {
    hint: "Build again, and find out who deletes Jobs in this namespace.",
  });
}
