import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import { inParallel } from "../process/in-parallel.ts";
import { wholeName } from "./check-platform.ts";
import type { Descriptor } from "./descriptor.ts";
import { descriptorOf } from "./manifest-bytes.ts";
import { orDiscard } from "./or-discard.ts";
import { checkChild, MAX_INDEX_DEPTH, parseManifest } from "./parse-manifest.ts";
import { DEFAULT_CONCURRENCY, type PushOptions } from "./push-image.ts";
import type { ImageSink, ImageSource, ManifestBytes } from "./store.ts";

const MAX_MANIFESTS = 1000;

/** How an image is copied. */
export interface CopyOptions extends PushOptions {
  /** Called when all but the tag is written. */
  beforeTag?: (() => Promise<void>) | undefined;
  /**
   * A repository that may hold some of the blobs, where the source is none: the sink's registry mounts them from there.
   */
  mountFrom?: string | undefined;
}

interface Collection {
  source: ImageSource;
  signal: AbortSignal | undefined;
  /** Children before the manifests that point to them; the last one is the image itself. */
  manifests: ManifestBytes[];
  blobs: Map<string, Descriptor>;
}

/**
 * Copies an image or index with all it points to, as it is: same bytes, same digest. Blobs go side by side and are
 * never on disk or whole in memory; children come before their index, the tag comes last. What the sink has is not
 * sent.
 */
export async function copyImage(
  source: ImageSource,
  tagOrDigest: string,
  sink: ImageSink,
  options: CopyOptions = {},
): Promise<Descriptor> {
  const { tag, signal } = options;
  const collection: Collection = { source, signal, manifests: [], blobs: new Map() };
  await collect(collection, tagOrDigest, undefined, 0);
  // Checked once: by the sink, or here if it was downloaded. The registry checks what comes from this disk.
  const unchecked = sink.checksBlobs === true || source.registry === undefined;
  const mountFrom = source.registry === undefined ? options.mountFrom : source.name;
  const root = collection.manifests.pop() as ManifestBytes;
  await orDiscard(sink, async () => {
    const limits = { most: options.concurrency ?? DEFAULT_CONCURRENCY, signal };
    await inParallel([...collection.blobs.values()], limits, async (blob, signal) => {
      const open = () => source.getBlob(blob, { signal, unchecked, memory: sink.memory });
      const put = () => sink.putBlob(blob, open, { signal, mountFrom });
      // A download that failed its check was not passed on completely, so it may be tried once more.
      await put().catch((error) => (isImageSpecError(error, "E_DIGEST_MISMATCH") ? put() : Promise.reject(error)));
    });
    for (const manifest of collection.manifests) await sink.putManifest(manifest, { signal });
    if (tag !== undefined) await options.beforeTag?.();
    await sink.putManifest(root, { signal, tag });
  });
  return descriptorOf(root);
}

async function collect(into: Collection, name: string, entry: Descriptor | undefined, depth: number): Promise<void> {
  const { source, signal } = into;
  const subject = wholeName(source, name);
  if (depth > MAX_INDEX_DEPTH || into.manifests.length >= MAX_MANIFESTS) {
    throw new ImageSpecError("E_REGISTRY", `${subject} nests or lists more manifests than any build tool makes`, {
      hint: `Choose another image: at most ${MAX_INDEX_DEPTH} levels and ${MAX_MANIFESTS} manifests are read.`,
    });
  }
  if (into.manifests.some(({ digest }) => digest === name)) return;
  const manifest = await source.getManifest(name, { signal });
  if (entry !== undefined) checkChild(entry, manifest, source.name);
  const document = parseManifest(manifest, subject);
  if (document.kind === "index") {
    for (const child of document.manifests) await collect(into, child.digest, child, depth + 1);
  } else {
    for (const blob of [document.config, ...document.layers]) {
      const known = into.blobs.get(blob.digest);
      if (known !== undefined && known.size !== blob.size) {
        const what = `gives ${blob.digest} the sizes ${known.size} and ${blob.size}`;
        throw new ImageSpecError("E_DIGEST_MISMATCH", `${subject} ${what}`, {
          hint: "Push the image again: it is broken.",
        });
      }
      into.blobs.set(blob.digest, blob);
    }
  }
  into.manifests.push(manifest);
}
