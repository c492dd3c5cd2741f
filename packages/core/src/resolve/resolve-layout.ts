import { join, resolve } from "node:path";
import { ImageSpecError, isSha256Digest, LARGEST_RULES, readRegularFile } from "@imagespec/registry/terms";
import type { Content } from "../identity/content.ts";
import type { BaseImage } from "../spec/base-image.ts";

/**
 * A base image in an OCI image layout folder; what counts is its manifest's digest, not where it lies.
 *
 * @throws ImageSpecError E_INPUT_FILE when the folder is not a layout, or does not hold exactly one image.
 */
export async function resolveLayout(
  root: string,
  path: string,
): Promise<{ image: BaseImage; content: Content["base"] }> {
  const folder = resolve(root, path);
  const digests = [...new Set(await readIndex(folder, path))];
  const [digest] = digests;
  if (digest === undefined || digests.length > 1) {
    const message = `baseImage: the OCI layout '${path}' holds ${digests.length} images instead of one`;
    throw new ImageSpecError("E_INPUT_FILE", message, {
      hint: "Write the one image into its own folder, for example with `skopeo copy ... oci:DIR:tag`.",
      details: { path: folder },
    });
  }
  return { image: { kind: "layout", path: folder }, content: { layout: digest } };
}

/** The digests that index.json lists. */
async function readIndex(folder: string, shown: string): Promise<string[]> {
  try {
    const index = JSON.parse((await readRegularFile(join(folder, "index.json"), LARGEST_RULES)).toString("utf8")) as {
      manifests?: unknown;
    };
    if (!Array.isArray(index.manifests)) throw new TypeError("index.json lists no manifests");
    return index.manifests.map((entry: { digest?: unknown } | null) => {
      if (typeof entry?.digest === "string" && isSha256Digest(entry.digest)) return entry.digest;
      throw new TypeError("index.json has an entry without a sha256 digest");
    });
  } catch (cause) {
    const message = `baseImage: '${shown}' is not an OCI image layout: its index.json cannot be read`;
    const hint = "Name a folder that holds oci-layout and index.json.";
    throw new ImageSpecError("E_INPUT_FILE", message, { hint, cause });
  }
}
