/**
 * What users of specs need: the spec, the engine that builds it, and what comes back.
 *
 * @packageDocumentation
 */
export type { Presence } from "@imagespec/registry";
export {
  ERROR_CODES,
  type ErrorCode,
  ImageSpecError,
  type ImageSpecErrorOptions,
  isImageSpecError,
  type SpecFault,
} from "@imagespec/registry/terms";
export type { BuildEvent } from "./builder/build-event.ts";
export { configJsonSchema } from "./config/config-json-schema.ts";
export { defineConfig, type ImageSpecConfig } from "./config/config-schema.ts";
export type { BuilderCandidate, Discovery } from "./discovery/candidate.ts";
export type { Diagnostic } from "./discovery/diagnostic.ts";
export { type BuildOutcome, type ImageOutcome, pinnedReference, type SkippedOutcome } from "./engine/build-outcome.ts";
export type { SeveralOptions } from "./engine/build-several.ts";
export type { BuilderReport } from "./engine/examine-builders.ts";
export { ImageBuildEngine, type ImageBuildEngineOptions } from "./engine/image-build-engine.ts";
export type { ShippedFile } from "./files/shipped-file.ts";
export type { Content, ContentFile, ContentPackages, PythonSource, ResolvedTarget } from "./identity/content.ts";
export { type Identity, identify } from "./identity/identify.ts";
export {
  type FromEnvParameters,
  ImageSpec,
  type ImageSpecOptions,
  type ImageSpecParameters,
  isImageSpec,
} from "./image-spec/image-spec.ts";
export { runtimeCommand } from "./image-spec/runtime-command.ts";
export type { BuildOptions, OnUnknown } from "./request/build-options.ts";
export { type ResolveOptions, resolveSpec } from "./resolve/resolve-spec.ts";
export type { ResolvedSpec, SecretMount } from "./resolve/resolved-spec.ts";
export type { KnownBuilder } from "./selection/builder-registry.ts";
export type { BaseImage } from "./spec/base-image.ts";
export { FLYTE_FORCE_PUSH_IMAGE_SPEC, FLYTE_IMG_FAST_FAIL, IMAGE_ID_VARIABLE } from "./spec/environment-names.ts";
export { imageSpecJsonSchema } from "./spec/json-schema.ts";
export { DOCKER_HUB, validateContainerRegistryName } from "./spec/registry-name.ts";
export type { Spec } from "./spec/spec.ts";
