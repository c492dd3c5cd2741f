/** The image that a build starts from: one of a registry, or the one image of an OCI image layout in a folder. */
export type BaseImage = { kind: "reference"; reference: string } | { kind: "layout"; path: string };

const LAYOUT_PREFIX = "oci:";

/** Reads an image reference or `oci:PATH`. Checks neither the reference's grammar nor that the path exists. Pure. */
export function parseBaseImage(text: string): BaseImage {
  return text.startsWith(LAYOUT_PREFIX)
    ? { kind: "layout", path: text.slice(LAYOUT_PREFIX.length) }
    : { kind: "reference", reference: text };
}

/** The text that {@link parseBaseImage} reads as this base: an image reference, or `oci:PATH`. */
export function baseImageText(base: BaseImage): string {
  return base.kind === "layout" ? `${LAYOUT_PREFIX}${base.path}` : base.reference;
}
