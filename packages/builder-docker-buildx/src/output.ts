import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Output } from "@imagespec/core/builder";
import { copyImage, draftPath, makeFolder, OciLayout, parseReference, sweepDrafts } from "@imagespec/registry";
import { buildWithBuildx } from "./docker-build.ts";
import type { DockerClient } from "./docker-client.ts";
import { outputFailure, scratchFailure } from "./failure.ts";
import { type BuildJob, runDocker } from "./job.ts";
import { copySavedImage } from "./saved-image.ts";

/** Builds with buildx to an output other than the registry. */
export async function exportWithBuildx(
  job: BuildJob,
  client: Extract<DockerClient, { kind: "buildx" }>,
  output: Output,
  contexts: Readonly<Record<string, string>>,
): Promise<void> {
  if (output.kind === "engine" || client.driver === "docker") {
    await buildWithBuildx(job, client, "load", contexts);
    await saveOutput(job, output);
  } else if (output.kind === "docker-archive") {
    await replaceFile(output.path, async (dest) => {
      await buildWithBuildx(job, client, { type: "docker", dest }, contexts);
    });
  } else {
    const dest = join(job.scratch, "layout");
    await buildWithBuildx(job, client, { type: "oci", tar: false, dest }, contexts).catch((error: unknown) => {
      throw scratchFailure(error, job.scratch);
    });
    const source = new OciLayout(dest);
    const { digest } = await source.root();
    const { tag } = parseReference(job.reference);
    await copyImage(source, digest, new OciLayout(output.path), { signal: job.signal, tag });
  }
}

/** Brings the image that the engine holds to an output, whole or not at all. */
export async function saveOutput(job: BuildJob, output: Output): Promise<void> {
  if (output.kind === "engine") return;
  const save = (file: string) => runDocker(job, ["save", "--output", file, job.reference], { errorCode: "E_BUILD" });
  if (output.kind === "docker-archive") {
    await replaceFile(output.path, async (file) => {
      await save(file);
    });
    return;
  }
  const archive = join(job.scratch, "saved.tar");
  await save(archive).catch((error: unknown) => {
    throw scratchFailure(error, job.scratch);
  });
  await copySavedImage(archive, new OciLayout(output.path), job.reference, job.signal);
}

/** Has a file written beside its place, and moves it there when that went well. */
async function replaceFile(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const target = resolve(file);
  const folder = dirname(target);
  const temporary = draftPath(target);
  try {
    await makeFolder(folder);
    await sweepDrafts(folder, { name: basename(target) });
    await write(temporary);
    await rename(temporary, target);
  } catch (error) {
    throw outputFailure(error, `docker-archive:${file}`, folder);
  } finally {
    await rm(temporary, { force: true });
  }
}
