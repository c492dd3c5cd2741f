/**
 * Builds the images that manifests name by their spec, and pins them.
 *
 * @packageDocumentation
 */
export type { Manifest } from "./manifest/manifest.ts";
export { type ManifestSources, readManifests } from "./manifest/read-manifests.ts";
export { resolveImage } from "./resolve-image.ts";
export {
  type ResolveBuildOptions,
  type ResolvedImage,
  type ResolvedManifests,
  type ResolveOptions,
  resolveManifests,
} from "./resolve-manifests.ts";
