export {
  buildPlan,
  buildRequest,
  type PlanOverrides,
  type RequestOverrides,
} from "./build-request.ts";
export { type ContainerReport, containerReport, type ReportedFile } from "./container/container-report.ts";
export { findInImage } from "./container/find-in-image.ts";
export { type ImageConfig, imageConfig } from "./container/image-config.ts";
export { imageInventory } from "./container/image-inventory.ts";
export { imagePlatforms } from "./container/image-platforms.ts";
export { registryConfig } from "./container/registry-config.ts";
export { type RunOptions, type RunResult, runContainer } from "./container/run-container.ts";
export { contractCases } from "./contract/cases/contract-cases.ts";
export { Contract, type ParentImage } from "./contract/contract.ts";
export { ContractBuild, type ContractBuildOptions } from "./contract/contract-build.ts";
export type { ContractCase } from "./contract/contract-case.ts";
export type {
  ContractOptions,
  ContractPackages,
  ContractServices,
  MakeBuilder,
  Refusable,
} from "./contract/contract-options.ts";
export { CONTRACT_RULES, type ContractRule } from "./contract/contract-rules.ts";
export { manifestHead } from "./contract/manifest-head.ts";
export { describeBuilder } from "./describe-builder.ts";
export { type FaultExchange, type FaultProxy, faultProxy } from "./fault-proxy/fault-proxy.ts";
export type { Fault, FaultRule } from "./fault-proxy/fault-rule.ts";
export { exchangeLines, type HttpExchange } from "./http-exchange.ts";
export { pythonSource, type SourceOptions } from "./package-index/python-source.ts";
export { type PythonDistribution, pythonWheel, type WheelOptions } from "./package-index/python-wheel.ts";
export { type PackageIndex, type PackageIndexOptions, startPackageIndex } from "./package-index/start-package-index.ts";
export { zipArchive } from "./package-index/zip-archive.ts";
export type { ContentDraft, ContentStore } from "./registry-server/content-store.ts";
export type { RegistryAuth, RegistryOptions, RegistryQuirks } from "./registry-server/registry-options.ts";
export type { Repository, StoredManifest } from "./registry-server/repository.ts";
export { type RegistryServer, startRegistry } from "./registry-server/start-registry.ts";
