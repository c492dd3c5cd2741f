import { ImageSpecError } from "../errors/image-spec-error.ts";
import { checkPlatform, statingPlatform, wholeName } from "./check-platform.ts";
import type { Descriptor, Platform } from "./descriptor.ts";
import { checkLayerTypes, configPlatform, type ImageConfig, readConfig } from "./image-config.ts";
import { descriptorOf } from "./manifest-bytes.ts";
import {
  checkChild,
  type IndexDocument,
  MAX_INDEX_DEPTH,
  type ManifestDocument,
  parseManifest,
} from "./parse-manifest.ts";
import { selectPlatform } from "./select-platform.ts";
import type { CallOptions, ImageSource, ManifestBytes } from "./store.ts";

/** An image for one platform; its layers are not downloaded. */
export interface ReadImage {
  /** The image's manifest; its bytes are in `bytes`. */
  manifest: ManifestDocument;
  bytes: ManifestBytes;
  config: ImageConfig;
  /** Points to the manifest, with its platform. */
  descriptor: Descriptor;
  /** The index it was chosen from, and that index's bytes. */
  index?: { document: IndexDocument; bytes: ManifestBytes } | undefined;
}

/**
 * Reads the image for a platform: an index is followed to its child.
 *
 * @throws ImageSpecError E_REGISTRY when there is none for the platform (it lists what there is), E_DIGEST_MISMATCH,
 * and what the source throws.
 */
export async function readImage(
  source: ImageSource,
  tagOrDigest: string,
  platform: Platform,
  options: CallOptions = {},
): Promise<ReadImage> {
  const whole = wholeName(source, tagOrDigest);
  let bytes = await source.getManifest(tagOrDigest, options);
  let document = parseManifest(bytes, whole);
  let index: ReadImage["index"];
  let entry: Descriptor | undefined;
  for (let depth = 0; document.kind === "index"; depth++) {
    if (depth >= MAX_INDEX_DEPTH) {
      throw new ImageSpecError("E_REGISTRY", `${whole} nests indexes more than ${MAX_INDEX_DEPTH} deep`, {
        hint: "Choose another image: no build tool writes such a one.",
      });
    }
    index ??= { document, bytes };
    const child = selectPlatform(await statingPlatform(source, document, platform, options), platform, whole);
    entry = child;
    bytes = await source.getManifest(child.digest, options);
    checkChild(child, bytes, whole);
    document = parseManifest(bytes, `${source.name}@${child.digest}`);
  }
  const config = await readConfig(source, document, options);
  checkLayerTypes(document, whole);
  const actual = withVariant(configPlatform(config), entry?.platform);
  checkPlatform(actual, platform, whole);
  const descriptor = { ...descriptorOf(bytes), platform: { ...actual } };
  return { manifest: document, bytes, config, descriptor, index };
}

/** Images for arm often state their variant in the index alone. */
function withVariant(platform: Platform, stated: Platform | undefined): Platform {
  const isUnstated = platform.variant === undefined && stated?.variant !== undefined;
  const isSame = stated?.os === platform.os && stated.architecture === platform.architecture;
  return isUnstated && isSame ? { ...platform, variant: stated.variant as string } : platform;
}
