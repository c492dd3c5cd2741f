export { type FaultExchange, type FaultProxy, faultProxy } from "./fault-proxy/fault-proxy.ts";
export type { Fault, FaultRule } from "./fault-proxy/fault-rule.ts";
export { exchangeLines, type HttpExchange } from "./http-exchange.ts";
export { digestOfBytes } from "./registry-server/content-digest.ts";
export type { ContentDraft, ContentStore } from "./registry-server/content-store.ts";
export type { RegistryAuth, RegistryOptions, RegistryQuirks } from "./registry-server/registry-options.ts";
export type { Repository, StoredManifest } from "./registry-server/repository.ts";
export { type RegistryServer, startRegistry } from "./registry-server/start-registry.ts";
