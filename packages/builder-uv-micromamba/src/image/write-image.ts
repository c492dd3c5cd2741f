import { Readable } from "node:stream";
import { ImageSpecError } from "@imagespec/core/builder";
import {
  type Descriptor,
  type ImageSink,
  inParallel,
  type ManifestBytes,
  orDiscard,
  type PutBlobOptions,
} from "@imagespec/registry";
import type { BaseImage } from "../base/base-image.ts";
import { type BuiltLayer, layerDescriptor } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import { type AssembledImage, topManifest } from "./assemble-image.ts";

/** Blobs that are under way at a time. Most of them the registry is only asked for. */
const PARALLEL = 8;

/**
 * Writes images to a sink: blobs that it lacks, then manifests, the tag last. Base layers are mounted or streamed from
 * where they are. A layer whose bytes in the cache turn out wrong is made again. Returns what the tag points to.
 */
export function writeImage(
  session: BuildSession,
  images: readonly AssembledImage[],
  sink: ImageSink,
  tag: string | undefined,
): Promise<ManifestBytes> {
  return orDiscard(sink, () => writeParts(session, images, sink, tag));
}

async function writeParts(
  session: BuildSession,
  images: readonly AssembledImage[],
  sink: ImageSink,
  tag: string | undefined,
): Promise<ManifestBytes> {
  const { signal } = session;
  const blobs = new Map<string, (signal: AbortSignal) => Promise<void>>();
  for (const { base, layers, config } of images) {
    for (const layer of base.layers)
      blobs.set(layer.digest, (abort) => putBaseLayer(base, layer, sink, { signal: abort }));
    for (const layer of layers) blobs.set(layer.digest, (abort) => putLayer(session, layer, sink, { signal: abort }));
    const { descriptor, bytes } = config;
    // A build that is not forced makes an image that the registry lacks, and so it lacks the config, too.
    const unasked = !session.request.force;
    blobs.set(descriptor.digest, (abort) =>
      sink.putBlob(descriptor, () => Readable.from([bytes]), { signal: abort, unasked }),
    );
  }
  await inParallel([...blobs.values()], { most: PARALLEL, signal }, (put, abort) => put(abort));
  const top = topManifest(images);
  for (const { manifest } of images) if (manifest.digest !== top.digest) await sink.putManifest(manifest, { signal });
  await sink.putManifest(top, { signal, tag });
  return top;
}

/** How a layer is written. */
export interface PutLayerOptions extends Pick<PutBlobOptions, "unasked"> {
  signal: AbortSignal;
}

/** Mounts a layer of the base from where it is, or sends it from there. */
export function putBaseLayer(
  { source, mountFrom }: BaseImage,
  layer: Descriptor,
  sink: ImageSink,
  options: PutLayerOptions,
): Promise<void> {
  const open = () => source.getBlob(layer, { signal: options.signal, memory: sink.memory });
  return sink.putBlob(layer, open, { ...options, mountFrom });
}

/** Writes a layer of ours, whose bytes in the cache are checked first. */
export async function putLayer(
  session: BuildSession,
  layer: BuiltLayer,
  sink: ImageSink,
  options: PutLayerOptions,
): Promise<void> {
  let right: Promise<void> | undefined;
  // Called for what the sink lacks: only then are the bytes read, once to check them and once to send them.
  async function* content(): AsyncGenerator<Uint8Array> {
    right ??= ensureRight(session, layer, options.signal);
    await right;
    yield* session.layers.open(layer, sink.memory);
  }
  await sink.putBlob(layerDescriptor(layer), content, options);
}

/** Fetches or makes a layer whose bytes are missing from the cache, or do not match its digest. */
async function ensureRight(session: BuildSession, layer: BuiltLayer, signal: AbortSignal): Promise<void> {
  if ((await session.layers.verify(layer)) || (await session.layers.fetch(layer, signal))) return;
  const again = await session.layers.make(layer.source, signal);
  if (again.digest !== layer.digest)
    throw new ImageSpecError("E_INTERNAL", `The layer "${layer.source.title}" differed the second time it was made`);
}
