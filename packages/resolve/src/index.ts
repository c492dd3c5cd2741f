/**
 * Builds the images that manifests name by their spec, and pins them.
 *
 * @packageDocumentation
 */
export type { ResolveBuildOptions } from "./image/build-images.ts";
export type { Manifest } from "./manifest/manifest.ts";
export { type ManifestSources, readManifests } from "./manifest/read-manifests.ts";
export { resolveImage } from "./resolve-image.ts";
export {
  type ResolvedImage,
  type ResolvedManifests,
  type ResolveOptions,
  resolveManifests,
} from "./resolve-manifests.ts";
