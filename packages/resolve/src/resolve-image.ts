import { resolve } from "node:path";
import { ImageSpecError } from "@imagespec/registry";
import { parseImageUri } from "./manifest/image-uri.ts";
import { type ResolvedImage, type ResolveOptions, resolveManifests } from "./resolve-manifests.ts";

/**
 * Builds the image that an `imagespec://FILE#TARGET` names, unless it exists, for programs that deploy without
 * manifests. Relative files start at `root`, by default the working directory.
 *
 * @throws ImageSpecError E_OPTIONS when it is not such a URI; E_INPUT_FILE, and what a build throws.
 */
export async function resolveImage(
  uri: string,
  { root = ".", ...options }: ResolveOptions & { root?: string | undefined } = {},
): Promise<ResolvedImage> {
  if (parseImageUri(uri) === undefined) {
    throw new ImageSpecError("E_OPTIONS", `"${uri}" is not an image of a spec`, {
      hint: "Write imagespec://FILE, imagespec://FILE#TARGET or imagespec://./folder.",
    });
  }
  const manifest = { name: "resolveImage", folder: resolve(root), text: JSON.stringify(uri.trimEnd()) };
  const { images } = await resolveManifests([manifest], options);
  return images[0] as ResolvedImage;
}
