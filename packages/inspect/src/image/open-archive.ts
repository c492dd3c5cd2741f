import { posix } from "node:path";
import {
  collectBytes,
  configPlatform,
  digestOf,
  formatPlatform,
  ImageSpecError,
  parseImageConfig,
} from "@imagespec/registry";
import { LAYER_CAPS, readLayer, startOf } from "../layer/read-layer.ts";
import { type LayerScan, scanLayer } from "../scan/scan-layer.ts";
import type { OpenedImage } from "./opened-image.ts";

const DOCUMENT_BYTES = 8 * 1024 * 1024;

/** An archive, and how it is told of. */
export interface ImageArchive {
  /** The image as it was asked for. */
  reference: string;
  content: AsyncIterable<Uint8Array>;
  /** Makes the error for an archive that is broken, or breaks off while it is read. */
  broken(why: string, cause?: unknown): ImageSpecError;
}

/** An image as manifest.json lists it. */
interface ListedImage {
  Config: string;
  Layers: string[];
}

/**
 * Opens the image of an archive as `docker save` writes it. The archive is a single stream, so its layers are read as
 * they come, whatever they are called; `manifest.json`, which stands at the end, puts them in order.
 *
 * @throws ImageSpecError what `broken` makes, E_UNSUPPORTED when the archive holds several images or a layer cannot be
 * read.
 */
export async function openArchive(
  { reference, content, broken }: ImageArchive,
  signal: AbortSignal,
): Promise<OpenedImage> {
  const documents = new Map<string, Uint8Array>();
  const layers = new Map<string, { scan: LayerScan; size: number }>();
  const links = new Map<string, string>();
  await readLayer(content, {
    subject: reference,
    signal,
    caps: { ...LAYER_CAPS, bytes: 256 * 1024 ** 3 },
    refuse: broken,
    async visit(member) {
      const { path, header } = member;
      const { type, size = 0, linkname } = header;
      // A symbolic link is seen from its folder, a hard link from the top.
      if (type === "symlink") links.set(path, posix.join(posix.dirname(path), linkname ?? ""));
      else if (type === "link") links.set(path, posix.normalize(linkname ?? ""));
      if (type !== "file" || size === 0) return;
      const { head, all } = await startOf(member);
      if (isDocument(path, head)) {
        if (size <= DOCUMENT_BYTES) documents.set(path, await collectBytes(all, size, path));
      } else if (!/(?:VERSION|oci-layout|repositories)$/.test(path)) {
        layers.set(path, { scan: await scanLayer(all, { subject: `${path} of ${reference}`, signal }), size });
      }
    },
  });
  const target = (path: string) => links.get(posix.normalize(path)) ?? posix.normalize(path);
  const read = (path: string): Uint8Array => {
    const bytes = documents.get(target(path));
    if (bytes === undefined) throw broken(`the archive lacks ${path}`);
    return bytes;
  };
  const images = listedImages(read("manifest.json"));
  if (images === undefined) throw broken("its manifest.json is not a list of images");
  const [image] = images;
  if (image === undefined) throw broken("the archive holds no image");
  if (images.length > 1)
    throw new ImageSpecError("E_UNSUPPORTED", `${reference} cannot be inspected: it holds ${images.length} images`, {
      hint: "Save one image at a time.",
    });
  const bytes = read(image.Config);
  const config = parseImageConfig(bytes, image.Layers.length);
  if (config === undefined) throw broken(`${image.Config} is not the config of this image`);
  return {
    reference,
    digest: digestOf(bytes),
    platform: formatPlatform(configPlatform(config)),
    config,
    layers: image.Layers.map((path, index) => {
      const found = layers.get(target(path));
      if (found === undefined) throw broken(`the archive lacks ${path}`);
      return { digest: config.rootfs.diff_ids[index] ?? path, size: found.size, scan: async () => found.scan };
    }),
  };
}

function listedImages(bytes: Uint8Array): ListedImage[] | undefined {
  let images: unknown;
  try {
    images = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  return Array.isArray(images) && images.every(isListedImage) ? images : undefined;
}

function isListedImage(value: unknown): value is ListedImage {
  const { Config, Layers } = (value ?? {}) as Partial<ListedImage>;
  return typeof Config === "string" && Array.isArray(Layers) && Layers.every((layer) => typeof layer === "string");
}

/** Tar archives and compressed ones never begin with a bracket; what does is JSON. */
function isDocument(path: string, head: Uint8Array): boolean {
  return path.endsWith(".json") || head[0] === 0x7b || head[0] === 0x5b;
}
