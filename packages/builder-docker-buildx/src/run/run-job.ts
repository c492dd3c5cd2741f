import { join } from "node:path";
import type { BuildRequest, BuildResult, Output } from "@imagespec/core/builder";
import { OCI_BASE_CONTEXT } from "@imagespec/dockerfile";
import { copyImage, OciLayout, parseReference } from "@imagespec/registry";
import type { DockerWay } from "../docker/docker-way.ts";
import { buildWithEngine } from "../engine/build-with-engine.ts";
import { loadOciBase, ociBaseContext, passingBaseName } from "../inputs/oci-base.ts";
import { replaceFile, saveArchive, saveLayout } from "../output/save-from-engine.ts";
import type { BuildJob } from "./build-job.ts";
import { buildWithBuildx } from "./build-with-buildx.ts";
import { buildWithDocker } from "./build-with-docker.ts";
import { pushWithDocker } from "./push-with-docker.ts";
import { pushedDigest } from "./pushed-digest.ts";
import { runDocker } from "./run-docker.ts";

type Buildx = Extract<DockerWay, { kind: "buildx" }>;

/** Builds the job's image and brings it where the request wants it: outputs first, the registry last. */
export async function runJob(job: BuildJob, way: DockerWay, request: BuildRequest): Promise<BuildResult> {
  const { push, output } = request.target;
  const wanted: Output | undefined = output ?? (push ? undefined : { kind: "engine" });
  return way.kind === "buildx" ? byBuildx(job, way, request, wanted) : byDocker(job, way, request, wanted);
}

async function byBuildx(
  job: BuildJob,
  way: Buildx,
  request: BuildRequest,
  wanted: Output | undefined,
): Promise<BuildResult> {
  const { base } = request.plan;
  const folder = base.kind === "layout" ? base.path : undefined;
  if (folder !== undefined && way.driver === "docker") return withLoadedBase(job, folder, build);
  const contexts = folder === undefined ? {} : { [OCI_BASE_CONTEXT]: await ociBaseContext(folder) };
  return build(contexts);

  async function build(contexts: Readonly<Record<string, string>> = {}): Promise<BuildResult> {
    if (wanted !== undefined) await exportByBuildx(job, way, wanted, contexts);
    if (!request.target.push) return { reference: job.reference };
    const written = await buildWithBuildx(job, way, "push", contexts);
    const digest = await pushedDigest(request, job.reference, written);
    return { reference: job.reference, ...(digest === undefined ? {} : { digest }) };
  }
}

async function exportByBuildx(
  job: BuildJob,
  way: Buildx,
  wanted: Output,
  contexts: Readonly<Record<string, string>>,
): Promise<void> {
  if (wanted.kind === "engine" || way.driver === "docker") {
    await buildWithBuildx(job, way, "load", contexts);
    await saveOutput(job, wanted);
  } else if (wanted.kind === "docker-archive") {
    await replaceFile(wanted.path, async (file) => {
      await buildWithBuildx(job, way, { spec: `type=docker,dest=${file}` }, contexts);
    });
  } else {
    const folder = join(job.scratch, "layout");
    await buildWithBuildx(job, way, { spec: `type=oci,tar=false,dest=${folder}` }, contexts);
    const source = new OciLayout(folder);
    const { digest } = await source.root();
    const { tag } = parseReference(job.reference);
    const call = { signal: job.signal, ...(tag === undefined ? {} : { tag }) };
    await copyImage(source, digest, new OciLayout(wanted.path), call);
  }
}

async function byDocker(
  job: BuildJob,
  way: Exclude<DockerWay, Buildx>,
  request: BuildRequest,
  wanted: Output | undefined,
): Promise<BuildResult> {
  const { base } = request.plan;
  const folder = base.kind === "layout" ? base.path : undefined;
  return folder === undefined ? build() : withLoadedBase(job, folder, build);

  async function build(): Promise<BuildResult> {
    if (way.kind === "engine") await buildWithEngine(job, request.credentials, { ...process.env, ...job.env });
    else await buildWithDocker(job);
    if (wanted !== undefined) await saveOutput(job, wanted);
    if (!request.target.push) return { reference: job.reference };
    return { reference: job.reference, digest: await pushWithDocker(job) };
  }
}

async function saveOutput(job: BuildJob, wanted: Output): Promise<void> {
  if (wanted.kind === "oci") await saveLayout(job, wanted.path);
  if (wanted.kind === "docker-archive") await saveArchive(job, wanted.path);
}

async function withLoadedBase(job: BuildJob, folder: string, build: () => Promise<BuildResult>): Promise<BuildResult> {
  const name = passingBaseName(job.scratch);
  try {
    await loadOciBase(job, folder, name);
    return await build();
  } finally {
    // Only the name goes: what was built holds on to the layers. It must go after a cancel, too.
    const cleaning = { ...job, signal: AbortSignal.timeout(2000) };
    await runDocker(cleaning, ["rmi", name], { allowFailure: true }).catch(() => undefined);
  }
}
