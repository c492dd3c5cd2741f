import { digestOf } from "../digest/digest.ts";
import { isImageSpecError } from "../errors/image-spec-error.ts";
import { inParallel } from "../process/in-parallel.ts";
import { assembleIndex } from "./assemble-index.ts";
import type { Descriptor } from "./descriptor.ts";
import { configPlatform, type ImageConfig, readConfig } from "./image-config.ts";
import { descriptorOf, manifestBytes, openBytes } from "./manifest-bytes.ts";
import { formatTypes, type ManifestFormat } from "./manifest-format.ts";
import { orDiscard } from "./or-discard.ts";
import { parseManifest } from "./parse-manifest.ts";
import type { CallOptions, ImageSink, ImageSource, ManifestBytes, OpenBlob } from "./store.ts";

/** A layer to push: what it is, and its bytes. */
export interface ImageLayer {
  descriptor: Descriptor;
  open: OpenBlob;
  /** A repository of the same registry that may hold it. */
  mountFrom?: string | undefined;
}

/** What an image of one platform is pushed from. */
export interface ImageParts {
  /** The JSON of the image config, or its value. */
  config: ImageConfig | Uint8Array;
  /** From the base upwards. */
  layers: readonly ImageLayer[];
  annotations?: Record<string, string> | undefined;
}

/** How an image is pushed. */
export interface PushOptions extends CallOptions {
  tag?: string | undefined;
  /** Blobs under way at a time; default 8. */
  concurrency?: number | undefined;
  /** Whose media types to write where something is assembled; what is copied stays as it is. Default `oci`. */
  manifestFormat?: ManifestFormat | undefined;
}

export const DEFAULT_CONCURRENCY = 8;

/** The manifest and config bytes of an image; pure, and the same for the same parts. */
export function assembleManifest(
  parts: Omit<ImageParts, "layers"> & { layers: readonly Pick<ImageLayer, "descriptor">[] },
  format?: ManifestFormat,
): { manifest: ManifestBytes; config: Uint8Array; document: ImageConfig } {
  const config = parts.config instanceof Uint8Array ? parts.config : Buffer.from(JSON.stringify(parts.config));
  const document = JSON.parse(Buffer.from(config).toString("utf8")) as ImageConfig;
  const types = formatTypes(format);
  const json = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: parts.layers.map(({ descriptor: { mediaType, digest, size } }) => ({
      mediaType: types.layer(mediaType),
      digest,
      size,
    })),
    annotations: parts.annotations,
  };
  return { manifest: manifestBytes(json), config, document };
}

/**
 * Writes an image: layers and config side by side, then the manifest, under `tag` when given. Returns what points to
 * it.
 */
export function pushImage(sink: ImageSink, parts: ImageParts, options: PushOptions = {}): Promise<Descriptor> {
  return orDiscard(sink, () => writeImage(sink, parts, options));
}

async function writeImage(sink: ImageSink, parts: ImageParts, options: PushOptions): Promise<Descriptor> {
  const { manifest, config, document } = assembleManifest(parts, options.manifestFormat);
  const configBlob: ImageLayer = {
    descriptor: {
      mediaType: formatTypes(options.manifestFormat).config,
      digest: digestOf(config),
      size: config.length,
    },
    open: openBytes(config),
  };
  const unique = new Map([configBlob, ...parts.layers].map((blob) => [blob.descriptor.digest, blob]));
  const { signal, tag } = options;
  const limits = { most: options.concurrency ?? DEFAULT_CONCURRENCY, signal };
  await inParallel([...unique.values()], limits, ({ descriptor, open, mountFrom }, signal) =>
    sink.putBlob(descriptor, open, { signal, mountFrom }),
  );
  await sink.putManifest(manifest, { signal, tag });
  return { ...descriptorOf(manifest), platform: { ...configPlatform(document) } };
}

/**
 * Writes an index of images that are there already, under `tag`. With `merge` the platforms that the tag holds now, and
 * `entries` do not, stay in it.
 */
export async function pushIndex(
  target: ImageSink & ImageSource,
  entries: readonly Descriptor[],
  options: CallOptions & { tag: string; merge?: boolean | undefined; manifestFormat?: ManifestFormat | undefined },
): Promise<Descriptor> {
  const { tag, signal } = options;
  const existing = options.merge ? await entriesUnder(target, tag, { signal }) : [];
  const index = assembleIndex(entries, existing, options.manifestFormat);
  await orDiscard(target, () => target.putManifest(index, { signal, tag }));
  return descriptorOf(index);
}

/** Whether the sink itself says that there is none; a 404 of a token server does not mean that. */
function isNotFound(error: unknown): boolean {
  if (isImageSpecError(error, "E_INPUT_FILE")) return true;
  if (!isImageSpecError(error, "E_REGISTRY")) return false;
  return error.details.status === 404 && error.details.tokenServer === undefined;
}

async function entriesUnder(source: ImageSource, tag: string, call: CallOptions): Promise<Descriptor[]> {
  const manifest = await source.getManifest(tag, call).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  if (manifest === undefined) return [];
  const document = parseManifest(manifest, `${source.name}:${tag}`);
  if (document.kind === "index") return document.manifests;
  const platform = { ...configPlatform(await readConfig(source, document, call)) };
  return [{ ...descriptorOf(manifest), platform }];
}
