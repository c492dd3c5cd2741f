import {
  formatPlatform,
  type ImageSource,
  isImageSpecError,
  machinePlatform,
  parseManifest,
  parsePlatform,
  platformsOf,
  readImage,
} from "@imagespec/registry";
import { scanLayer } from "../scan/scan-layer.ts";
import type { ImageAccess, OpenedImage } from "./opened-image.ts";

/** What is read of a registry or an OCI layout. */
export interface StoredImage extends Pick<ImageAccess, "platform" | "signal" | "known"> {
  source: ImageSource;
  tagOrDigest: string;
  reference: string;
}

/**
 * Opens an image of a registry or an OCI layout: its manifest and config are read, its layers when they are asked for.
 */
export async function openStoredImage(stored: StoredImage): Promise<OpenedImage> {
  const { source, tagOrDigest, reference, signal, known } = stored;
  const platform = parsePlatform(stored.platform ?? (await ownPlatform(stored)));
  const { manifest, descriptor, config, index } = await readImage(source, tagOrDigest, platform, { signal });
  return {
    reference,
    digest: index?.bytes.digest ?? descriptor.digest,
    platform: formatPlatform(descriptor.platform ?? platform),
    config,
    layers: manifest.layers.map((layer, at) => ({
      digest: layer.digest,
      size: layer.size,
      scan() {
        const subject = `Layer ${layer.digest} of ${reference}`;
        const diffId = config.rootfs.diff_ids[at];
        const scan =
          known.get(layer.digest) ?? scanLayer(source.getBlob(layer, { signal }), { subject, diffId, signal });
        known.set(layer.digest, scan);
        return scan;
      },
    })),
  };
}

/** This machine's platform where the image has it, else the first one. */
async function ownPlatform({ source, tagOrDigest, signal }: StoredImage): Promise<string> {
  const own = machinePlatform();
  const bytes = await source.getManifest(tagOrDigest, { signal });
  const document = parseManifest(bytes, source.name);
  if (document.kind === "index") {
    const platforms = platformsOf(document);
    return platforms.includes(own) ? own : (platforms[0] ?? own);
  }
  try {
    const { config } = await readImage(source, bytes.digest, parsePlatform(own), { signal });
    return formatPlatform({ os: config.os, architecture: config.architecture });
  } catch (error) {
    const found = isImageSpecError(error, "E_REGISTRY") ? error.details.platforms?.[0] : undefined;
    if (found === undefined) throw error;
    return found;
  }
}
