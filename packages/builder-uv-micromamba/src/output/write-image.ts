import { ImageSpecError } from "@imagespec/core/builder";
import type { ImageSink } from "@imagespec/registry";
import pLimit from "p-limit";
import { type AssembledImage, topManifest } from "../build/assemble.ts";
import type { BuildContext } from "../build/build-context.ts";
import type { BuiltLayer } from "../layer/layer-source.ts";

const PARALLEL = 4;

/**
 * Writes images to a sink: blobs that it lacks, then manifests, the tag last. Base layers are mounted or streamed from
 * where they are. A layer whose bytes in the cache turn out wrong is made again. Returns the digest under the tag.
 */
export async function writeImage(
  context: BuildContext,
  images: readonly AssembledImage[],
  sink: ImageSink,
  tag: string | undefined,
): Promise<string> {
  const { signal } = context;
  const limit = pLimit(PARALLEL);
  const failed = new AbortController();
  const options = { signal: AbortSignal.any([signal, failed.signal]) };
  const blobs = new Map<string, () => Promise<void>>();
  for (const { base, layers, config } of images) {
    for (const layer of base.layers) {
      const mount = base.mountFrom === undefined ? {} : { mountFrom: base.mountFrom };
      blobs.set(layer.digest, () =>
        sink.putBlob(layer, () => base.source.getBlob(layer, options), { ...options, ...mount }),
      );
    }
    for (const layer of layers) blobs.set(layer.digest, () => putLayer(context, layer, sink, options));
    const { descriptor, bytes } = config;
    blobs.set(descriptor.digest, () => sink.putBlob(descriptor, () => once(bytes), options));
  }
  const tasks = [...blobs.values()].map((put) => limit(put));
  try {
    await Promise.all(tasks);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(tasks);
    throw error;
  }
  const top = topManifest(images);
  for (const { manifest } of images) if (manifest.digest !== top.digest) await sink.putManifest(manifest, options);
  await sink.putManifest(top, { ...options, ...(tag !== undefined && { tag }) });
  return top.digest;
}

async function putLayer(
  context: BuildContext,
  layer: BuiltLayer,
  sink: ImageSink,
  options: { signal: AbortSignal },
): Promise<void> {
  const descriptor = {
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    digest: layer.digest,
    size: layer.size,
  };
  if (await sink.hasBlob(descriptor, options)) return;
  if (!(await context.layers.verify(layer))) {
    const again = await context.layers.make(layer.source, options.signal);
    if (again.digest !== layer.digest)
      throw new ImageSpecError("E_INTERNAL", `The layer "${layer.source.title}" came out different the second time`);
  }
  await sink.putBlob(descriptor, () => context.layers.open(layer), options);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
