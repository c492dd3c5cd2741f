import type { ProcessEnvironment } from "../process/process-environment.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import type { BuildOptions } from "./build-options.ts";
import type { BuildOutcome } from "./build-outcome.ts";
import type { BuilderRegistry } from "./builder-registry.ts";
import type { SharedCalls } from "./shared-calls.ts";

/** An image that was seen or made by this engine. */
export interface KnownImage {
  reference: string;
  digest?: string;
  builder?: string;
}

/** What one engine keeps between calls, and its only doors to the outside. */
export interface EngineHost {
  readonly builders: BuilderRegistry;
  readonly running: SharedCalls<BuildOutcome>;
  /** `present` alone is remembered, by reference and platforms; anything else may change at any time. */
  readonly known: Map<string, KnownImage>;
  readonly cacheDir: string | undefined;
  env(): ProcessEnvironment;
  build(spec: ImageSpec, options: BuildOptions): Promise<BuildOutcome>;
}
