export {
  type CredentialStore,
  ERROR_CODES,
  type ErrorCode,
  ImageSpecError,
  type ImageSpecErrorOptions,
  isImageSpecError,
  normalPlatform,
  type Presence,
  parseMirrors,
  redact,
  type SpecFault,
} from "@imagespec/registry";
export type { BuildEvent } from "./builder/build-event.ts";
export {
  type BuildRequest,
  type BuildResult,
  type BuildTarget,
  ImageSpecBuilder,
  type Probe,
  type Unsupported,
} from "./builder/builder.ts";
export type { Output } from "./builder/output.ts";
export type { StandardResult, StandardSchemaV1 } from "./builder/standard-schema.ts";
export type { BuilderCandidate } from "./discovery/candidate.ts";
export type { Diagnostic } from "./discovery/diagnostic.ts";
export { projectOfModule } from "./discovery/project-roots.ts";
export { type BuildOutcome, type ImageOutcome, pinnedReference, type SkippedOutcome } from "./engine/build-outcome.ts";
export type { BuilderReport } from "./engine/examine-builders.ts";
export { ImageBuildEngine, type ImageBuildEngineOptions } from "./engine/image-build-engine.ts";
export { type Difference, explainDifference } from "./history/explain-difference.ts";
export { type LastIdentity, readLastIdentity } from "./history/last-identity.ts";
export type { Content, ContentFile, ContentPackages, PythonSource, ResolvedTarget } from "./identity/content.ts";
export { type Identity, identify } from "./identity/identify.ts";
export { imageName, imageReference } from "./identity/image-reference.ts";
export {
  type FromEnvParameters,
  ImageSpec,
  type ImageSpecOptions,
  type ImageSpecParameters,
  isImageSpec,
} from "./image-spec/image-spec.ts";
export type {
  AptStep,
  BuildPlan,
  CommandsStep,
  EntrypointStep,
  EnvironmentStep,
  EnvStep,
  FilesStep,
  IdStep,
  LabelsStep,
  PackagesStep,
  PlanSteps,
  UserStep,
} from "./plan/plan.ts";
export { type PlanDocument, planDocument } from "./plan/plan-document.ts";
export { planImage } from "./plan/plan-image.ts";
export { type SpecPresenceOptions, specPresence } from "./presence/spec-presence.ts";
export { cacheFolder } from "./process/cache-folder.ts";
export { escapeCommand } from "./process/escape-command.ts";
export { isRunning, processMark } from "./process/process-mark.ts";
export { type RunToolOptions, runTool, type ToolResult } from "./process/run-tool.ts";
export { withScratchFolder } from "./process/scratch-folder.ts";
export type { BuildOptions, OnUnknown } from "./request/build-options.ts";
export { openShippedFile } from "./resolve/open-shipped-file.ts";
export { defaultPlatform, normalPlatforms } from "./resolve/platforms.ts";
export { type ResolveOptions, resolveSpec } from "./resolve/resolve-spec.ts";
export type { ResolvedSecret, ResolvedSpec } from "./resolve/resolved-spec.ts";
export type { ShippedFile } from "./resolve/shipped-file.ts";
export { runtimeCommand } from "./runtime/runtime-command.ts";
export { type BaseImage, baseImageText } from "./spec/base-image.ts";
export { FLYTE_FORCE_PUSH_IMAGE_SPEC, FLYTE_IMG_FAST_FAIL, IMAGE_ID_VARIABLE } from "./spec/environment-names.ts";
export { faultPath } from "./spec/fault-path.ts";
export { imageSpecJsonSchema } from "./spec/json-schema.ts";
export { specError } from "./spec/parse-parameters.ts";
export { DOCKER_HUB, validateContainerRegistryName } from "./spec/registry-name.ts";
export type { Spec } from "./spec/spec.ts";
