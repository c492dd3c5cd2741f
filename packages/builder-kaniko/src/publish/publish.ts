import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type BuildRequest, type BuildResult, withScratchFolder } from "@imagespec/core";
import { DockerArchive, ImageSpecError, OciLayout, parseReference, RegistryClient } from "@imagespec/registry";
import type { KanikoOptions } from "../options/options.ts";
import { type PlatformImage, pushImages } from "./push-images.ts";

/** Loads a docker archive into an engine. */
export type LoadArchive = (archive: Readable) => Promise<void>;

/**
 * Brings the images where the request wants them: to the registry, and to its output; without either to the engine,
 * where `load` knows one. The tag comes last everywhere.
 *
 * @throws ImageSpecError E_OPTIONS for an output of no known kind, and the errors of the registry.
 */
export async function publish(
  request: BuildRequest,
  images: readonly PlatformImage[],
  options: KanikoOptions,
  load?: LoadArchive,
): Promise<BuildResult> {
  const { target } = request;
  const reference = target.reference ?? request.plan.reference;
  const output = target.output ?? (target.push ? undefined : "engine");
  if (output !== undefined) await write(request, images, output, reference, load);
  if (!target.push) return { reference };
  return { reference, digest: await push(request, images, reference, options) };
}

async function push(
  request: BuildRequest,
  images: readonly PlatformImage[],
  reference: string,
  options: KanikoOptions,
): Promise<string> {
  const { name, tag } = parseReference(reference);
  const client = new RegistryClient({ credentials: request.credentials, insecure: options.insecure, mirrors: {} });
  try {
    return await step(request, `push ${reference}`, () =>
      pushImages(images, client.repository(name), tag, { signal: request.signal }),
    );
  } finally {
    await client.close();
  }
}

async function write(
  request: BuildRequest,
  images: readonly PlatformImage[],
  output: string,
  reference: string,
  load: LoadArchive | undefined,
): Promise<void> {
  const { signal } = request;
  const { tag } = parseReference(reference);
  if (output.startsWith("oci:")) {
    await step(request, `write ${output}`, () => pushImages(images, new OciLayout(output.slice(4)), tag, { signal }));
  } else if (output.startsWith("docker-archive:")) {
    const path = output.slice("docker-archive:".length);
    await step(request, `write ${output}`, () => writeArchive(images, path, reference, signal));
  } else if (output === "engine" && load !== undefined) {
    await step(request, "load the image into the engine", () => loadInto(images, reference, signal, load));
  } else {
    throw new ImageSpecError("E_OPTIONS", `The output "${output}" is not one kaniko can write here.`, {
      hint: "Use oci:FOLDER or docker-archive:FILE, or engine in mode docker.",
    });
  }
}

async function writeArchive(
  images: readonly PlatformImage[],
  path: string,
  reference: string,
  signal: AbortSignal,
): Promise<void> {
  const archive = await DockerArchive.create(path, reference);
  try {
    await pushImages(images, archive, parseReference(reference).tag, { signal });
    await archive.close();
  } catch (error) {
    await archive.abort();
    throw error;
  }
}

async function loadInto(
  images: readonly PlatformImage[],
  reference: string,
  signal: AbortSignal,
  load: LoadArchive,
): Promise<void> {
  await withScratchFolder("kaniko", async (folder) => {
    const path = join(folder, "image.tar");
    await writeArchive(images, path, reference, signal);
    await load(createReadStream(path));
  });
}

async function step<T>(request: BuildRequest, name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  request.emit({ type: "step", name, status: "started" });
  try {
    const result = await work();
    request.emit({ type: "step", name, status: "done", seconds: (performance.now() - started) / 1000 });
    return result;
  } catch (error) {
    request.emit({ type: "step", name, status: "failed" });
    throw error;
  }
}
