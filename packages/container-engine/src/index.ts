export {
  type ApiRequest,
  type ConnectOptions,
  ContainerEngine,
  type EngineImage,
  type EngineVersion,
} from "./container-engine.ts";
export type { EngineAddress } from "./engine-address.ts";
export {
  type EngineEndpoint,
  type EngineTls,
  engineEndpoint,
  type ProcessEnvironment,
} from "./engine-endpoint.ts";
