import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import {
  type BuildEvent,
  type BuildRequest,
  type BuildResult,
  type Output,
  outputText,
  reportedSink,
  TransferReport,
  timedStep,
  withScratchFolder,
} from "@imagespec/core/builder";
import {
  assembleIndex,
  type CopyOptions,
  copyImage,
  type Descriptor,
  DockerArchive,
  type ImageSink,
  type ImageSource,
  ImageSpecError,
  OciLayout,
  parsePlatform,
  parseReference,
  RegistryClient,
  throughMirror,
} from "@imagespec/registry";
import type { KanikoOptions } from "./options.ts";

/** One platform's image and where it is read from. */
export interface PlatformImage {
  platform: string;
  source: ImageSource;
  digest: string;
}

/** Images that were built, and what delivering them takes. */
export interface Publication {
  request: BuildRequest<KanikoOptions>;
  images: readonly PlatformImage[];
  /** Removes what the images were read from; called when only a tag of the registry is left to be written. */
  dispose(): Promise<void>;
  /** Loads a docker archive into the engine; undefined where there is none. */
  load?: ((archive: Readable) => Promise<void>) | undefined;
}

/**
 * Delivers the images: to the registry, and to the request's output; without either, to the engine.
 * The tag comes last everywhere.
 *
 * @throws ImageSpecError E_OPTIONS for an output of no known kind, and the errors of the registry.
 */
export async function publish(publication: Publication): Promise<BuildResult> {
  const { target } = publication.request;
  const { reference } = target;
  const output: Output | undefined = target.output ?? (target.push ? undefined : { kind: "engine" });
  if (output !== undefined) await write(publication, output, reference);
  if (!target.push) return { reference };
  // push() disposes of the images before it writes the tag: once the tag exists, no later run would look for leftovers.
  const digest = await push(publication, reference);
  return { reference, digest, insecureRegistries: publication.request.options.insecure };
}

async function push({ request, images, dispose }: Publication, reference: string): Promise<string> {
  const { name, tag } = parseReference(reference);
  const { insecure } = request.options;
  const emit = (event: BuildEvent) => request.emit(event);
  // Straight to the registry: mirrors are to read from.
  const client = new RegistryClient({ credentials: request.credentials, insecure, mirrors: {} });
  const step = "push the image";
  const report = new TransferReport(emit, { name: step, direction: "pushed" });
  const { base } = request.plan;
  const mountFrom = base.kind === "layout" ? undefined : throughMirror(base.reference, request.mirrors);
  try {
    const sink = reportedSink(client.repository(name), report);
    return await timedStep(emit, step, () =>
      copyImages(images, sink, tag, { signal: request.signal, beforeTag: dispose, mountFrom }),
    );
  } finally {
    await client.close();
  }
}

async function write({ request, images, load }: Publication, output: Output, reference: string): Promise<void> {
  const { signal } = request;
  const emit = (event: BuildEvent) => request.emit(event);
  const { tag } = parseReference(reference);
  const writing = `write ${outputText(output)}`;
  if (output.kind === "oci") {
    await timedStep(emit, writing, () => copyImages(images, new OciLayout(output.path), tag, { signal }));
  } else if (output.kind === "docker-archive") {
    await timedStep(emit, writing, () => writeArchive(images, output.path, reference, signal));
  } else if (load !== undefined) {
    await timedStep(emit, "load the image into the engine", () =>
      withScratchFolder("kaniko", async (folder) => {
        const path = join(folder, "image.tar");
        await writeArchive(images, path, reference, signal);
        await load(createReadStream(path));
      }),
    );
  } else {
    throw new ImageSpecError("E_OPTIONS", `The output "${outputText(output)}" is not one kaniko can write here`, {
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
  const { tag } = parseReference(reference);
  await DockerArchive.write(path, reference, (archive) => copyImages(images, archive, tag, { signal }));
}

/** Writes every blob and manifest, then the tag: on the one image, or on the index of several. Returns its digest. */
async function copyImages(
  images: readonly PlatformImage[],
  sink: ImageSink,
  tag: string | undefined,
  options: CopyOptions,
): Promise<string> {
  const tagged = tag === undefined ? options : { ...options, tag };
  const [only, ...others] = images;
  if (only !== undefined && others.length === 0) {
    return (await copyImage(only.source, only.digest, sink, tagged)).digest;
  }
  const entries: Descriptor[] = [];
  for (const { platform, source, digest } of images) {
    const entry = await copyImage(source, digest, sink, options);
    entries.push({ ...entry, platform: { ...parsePlatform(platform) } });
  }
  const index = assembleIndex(entries);
  await options.beforeTag?.();
  await sink.putManifest(index, { signal: options.signal, tag });
  return index.digest;
}
