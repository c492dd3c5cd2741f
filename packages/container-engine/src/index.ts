export {
  type ApiRequest,
  type ConnectOptions,
  ContainerEngine,
  type EngineImage,
  type EngineVersion,
} from "./container-engine.ts";
export { type EngineEndpoint, type EngineTls, engineEndpoint } from "./find-endpoint.ts";
export type { EngineAddress } from "./parse-address.ts";
export { type ContainerCommand, type ContainerRun, findContainerCommand } from "./run-container.ts";
export { type CreatedContainer, createContainer, type RunningContainer, runContainer } from "./running-container.ts";
