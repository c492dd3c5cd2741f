import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";
import { copyImage, DockerArchive, OciLayout, parsePlatform, readImage } from "@imagespec/registry";
import { type BuildJob, runDocker } from "./job.ts";

/** The name a layout's image has in the engine while one build runs. */
export function passingBaseName(scratch: string): string {
  return `localhost/imagespec-base:${scratch.slice(-6).toLowerCase()}`;
}

/**
 * A named context that gives BuildKit the image of a layout, by digest. buildx takes `@` and `:` in the path for the
 * ends of it, so it gets a link of another name.
 *
 * @throws ImageSpecError E_OPTIONS when the folder for temporary files has one of them in its path, too.
 */
export async function baseContext(folder: string, scratch: string): Promise<string> {
  const { digest } = await new OciLayout(folder).root();
  if (!/[@:]/.test(folder)) return `oci-layout://${folder}@${digest}`;
  if (/[@:]/.test(scratch)) {
    throw new ImageSpecError(
      "E_OPTIONS",
      `The base oci:${folder} cannot be given to docker buildx: its path holds @ or :`,
      { hint: "Move the layout to another path, or set TMPDIR to one without these characters." },
    );
  }
  const link = join(scratch, "base");
  await symlink(resolve(folder), link);
  return `oci-layout://${link}@${digest}`;
}

/** Runs `build` while the image of a layout is in the engine, for BuildKits that know no named contexts. */
export async function withLoadedBase<T>(job: BuildJob, folder: string, build: () => Promise<T>): Promise<T> {
  const name = passingBaseName(job.scratch);
  try {
    await load(job, folder, name);
    return await build();
  } finally {
    // Only the name is removed, after a cancel too; the layers stay, as the built image uses them.
    const cleaning = { ...job, signal: AbortSignal.timeout(2000) };
    await runDocker(cleaning, ["rmi", name], { allowFailure: true }).catch(() => undefined);
  }
}

async function load(job: BuildJob, folder: string, name: string): Promise<void> {
  const { signal } = job;
  const layout = new OciLayout(folder);
  const { digest } = await layout.root();
  const [platform = ""] = job.platforms;
  const image = await readImage(layout, digest, parsePlatform(platform), { signal });
  const file = join(job.scratch, "base.tar");
  await DockerArchive.write(file, name, (archive) => copyImage(layout, image.descriptor.digest, archive, { signal }));
  await runDocker(job, ["load", "--input", file], { errorCode: "E_BUILD" });
}
