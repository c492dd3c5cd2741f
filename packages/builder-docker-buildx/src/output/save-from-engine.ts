import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OciLayout } from "@imagespec/registry";
import type { BuildJob } from "../run/build-job.ts";
import { runDocker } from "../run/run-docker.ts";
import { copySavedImage } from "./saved-image.ts";

/** Writes the image the engine holds as an archive that `docker load` reads. The file appears whole or not at all. */
export async function saveArchive(job: BuildJob, file: string): Promise<void> {
  await replaceFile(file, async (temporary) => {
    await runDocker(job, ["save", "--output", temporary, job.reference], { errorCode: "E_BUILD" });
  });
}

/** Adds the image the engine holds to an OCI layout, under its tag. */
export async function saveLayout(job: BuildJob, folder: string): Promise<void> {
  const archive = join(job.scratch, "saved.tar");
  await runDocker(job, ["save", "--output", archive, job.reference], { errorCode: "E_BUILD" });
  await copySavedImage(archive, new OciLayout(folder), job.reference, job.signal);
}

/** Has a file written beside its place, and moves it there when that went well. */
export async function replaceFile(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const target = resolve(file);
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await write(temporary);
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
