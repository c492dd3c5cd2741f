/**
 * What authors of builders need: the class to extend, what a request and a plan hold, and the tools that builders
 * share.
 *
 * @packageDocumentation
 */
export type { CredentialStore, Presence } from "@imagespec/registry";
export {
  type ErrorCode,
  ImageSpecError,
  type ImageSpecErrorOptions,
  isImageSpecError,
  isLeftBehind,
  isRunning,
  processMark,
  redact,
  type Unsupported,
} from "@imagespec/registry/terms";
export type { BuildEvent } from "./builder/build-event.ts";
export {
  type BuildRequest,
  type BuildResult,
  type BuildTarget,
  ImageSpecBuilder,
  type Probe,
} from "./builder/builder.ts";
export { csvField } from "./builder/csv-field.ts";
export { indexHint } from "./builder/index-hint.ts";
export { lazySchema } from "./builder/lazy-schema.ts";
export { type NetrcLogin, parseNetrc } from "./builder/netrc.ts";
export { type Output, outputText } from "./builder/output.ts";
export { reportedSink } from "./builder/reported-sink.ts";
export { secretFile } from "./builder/secret-file.ts";
export { secretTexts } from "./builder/secret-texts.ts";
export { checkEpoch, sourceDateEpoch } from "./builder/source-date-epoch.ts";
export type { StandardResult, StandardSchemaV1 } from "./builder/standard-schema.ts";
export { timedStep } from "./builder/timed-step.ts";
export { counted, TransferReport } from "./builder/transfer-report.ts";
export { openShippedFile } from "./files/open-shipped-file.ts";
export { readShippedText } from "./files/read-shipped-text.ts";
export { type RequirementText, requirementTexts } from "./files/requirement-texts.ts";
export { contentMark, type ShippedFile } from "./files/shipped-file.ts";
export type { PythonSource } from "./identity/content.ts";
export { canonicalJson, shortDigest } from "./identity/digest.ts";
export { type AddressMirrors, throughAddressMirror } from "./mirror/address-mirrors.ts";
export { machineBreach } from "./package-rules/marker-rule.ts";
export { activateScript } from "./plan/activate-script.ts";
export { APT_CHOICES } from "./plan/apt-choices.ts";
export { type AptIndex, aptIndexTitle } from "./plan/apt-index.ts";
export { COMPILE_SCRIPT, LONGEST_MODULE } from "./plan/compile-script.ts";
export { CONDA_CHANNELS, condaChannelAddress } from "./plan/conda-channels.ts";
export { ENVIRONMENT_FILES } from "./plan/environment-file.ts";
export { ENVIRONMENT_PREFIXES, MICROMAMBA_FOLDER, PYTHON_FOLDER } from "./plan/environment-folders.ts";
export { environmentValues, type ValuePart, valueOver } from "./plan/environment-value.ts";
export { LOCKED_OPTIONS } from "./plan/locked-options.ts";
export { LOGIN_SHELL_FILE, loginShellText } from "./plan/login-shell.ts";
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
  LocalProject,
  PackagesStep,
  PlanSteps,
  UserStep,
} from "./plan/plan.ts";
export { RUNTIME_USER } from "./plan/plan-image.ts";
export { POETRY_PACKAGES } from "./plan/poetry-packages.ts";
export { secretVariable } from "./plan/secret-variable.ts";
export { abortedError } from "./process/aborted-error.ts";
export { isBrokenPipe } from "./process/broken-pipe.ts";
export { cacheFolder } from "./process/cache-folder.ts";
export { LineSplitter } from "./process/line-splitter.ts";
export { shellWord } from "./process/quote-shell.ts";
export { type RunToolOptions, runTool, type ToolResult } from "./process/run-tool.ts";
export { withScratchFolder, withSecretFolder } from "./process/scratch-folder.ts";
export type { SecretMount } from "./resolve/resolved-spec.ts";
export { type BaseImage, baseImageText } from "./spec/base-image.ts";
export { missingNvidiaImage } from "./spec/nvidia.ts";
export type { Spec } from "./spec/spec.ts";
export { environmentSizeBreach, envSizeBreach, LARGEST_ARGUMENT } from "./spec/text-rules.ts";
export { type MarkerEnvironment, markerHolds } from "./uv-project/marker.ts";
export { normalName } from "./uv-project/normal-name.ts";
export { type LockedProject, uvLockAsPylock } from "./uv-project/uv-lock-as-pylock.ts";
