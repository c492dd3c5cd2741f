export { buildArguments } from "./build-arguments.ts";
export { type ContextEntry, contextFiles } from "./context/context-files.ts";
export { type ContextTarOptions, contextTar } from "./context/context-tar.ts";
export { contextTime } from "./context/context-time.ts";
export { CA_SECRET, OCI_BASE_CONTEXT } from "./dialect/buildkit.ts";
export { CONTEXT_STAGE, KANIKO_CA_PATH } from "./dialect/kaniko.ts";
export { type RenderOptions, renderDockerfile } from "./render-dockerfile.ts";
export { installsPackages, parseStepFailure, type StepFailureCode } from "./script/failure.ts";
