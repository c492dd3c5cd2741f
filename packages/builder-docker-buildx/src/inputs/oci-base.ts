import { join } from "node:path";
import { copyImage, DockerArchive, OciLayout, parsePlatform, readImage } from "@imagespec/registry";
import type { BuildJob } from "../run/build-job.ts";
import { runDocker } from "../run/run-docker.ts";

/** The name a layout's image has in the engine while one build runs. */
export function passingBaseName(scratch: string): string {
  return `localhost/imagespec-base:${scratch.slice(-6).toLowerCase()}`;
}

/** A named context that gives BuildKit the image of a layout, by digest. */
export async function ociBaseContext(folder: string): Promise<string> {
  const { digest } = await new OciLayout(folder).root();
  return `oci-layout://${folder}@${digest}`;
}

/** Loads the image of a layout into the engine as `name`, for BuildKits that know no named contexts. */
export async function loadOciBase(job: BuildJob, folder: string, name: string): Promise<void> {
  const layout = new OciLayout(folder);
  const { digest } = await layout.root();
  const [platform = ""] = job.platforms;
  const image = await readImage(layout, digest, parsePlatform(platform), { signal: job.signal });
  const file = join(job.scratch, "base.tar");
  const archive = await DockerArchive.create(file, name);
  try {
    await copyImage(layout, image.descriptor.digest, archive, { signal: job.signal });
    await archive.close();
  } catch (error) {
    await archive.abort();
    throw error;
  }
  await runDocker(job, ["load", "--input", file], { errorCode: "E_BUILD" });
}
