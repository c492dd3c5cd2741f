export {
  type CredentialStore,
  ERROR_CODES,
  type ErrorCode,
  ImageSpecError,
  type ImageSpecErrorOptions,
  isImageSpecError,
  type Presence,
  type SpecFault,
} from "@imagespec/registry";
export {
  type BuildRequest,
  type BuildResult,
  type BuildTarget,
  ImageSpecBuilder,
  type Probe,
  type Unsupported,
} from "./builder/builder.ts";
export type { StandardResult, StandardSchemaV1 } from "./builder/standard-schema.ts";
export type { BuildEvent } from "./events.ts";
export {
  type AptStep,
  type BaseStep,
  type BuildPlan,
  type CommandsStep,
  type EntrypointStep,
  type EnvironmentStep,
  type EnvStep,
  type FilesStep,
  type IdStep,
  type LabelsStep,
  type PackagesStep,
  type PlanStep,
  type PythonSource,
  planStep,
  type UserStep,
} from "./plan/plan.ts";
export { escapeCommand } from "./process/escape-command.ts";
export { type RunToolOptions, runTool, type ToolResult } from "./process/run-tool.ts";
export type { ShippedFile } from "./resolve/shipped-file.ts";
export type { ImageSpec } from "./spec/image-spec.ts";
