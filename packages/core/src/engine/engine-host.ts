import type { ProcessEnvironment } from "@imagespec/registry/terms";
import type { ProjectSettings } from "../discovery/project-settings.ts";
import type { SharedClients } from "../presence/shared-clients.ts";
import type { BuildOptions } from "../request/build-options.ts";
import type { BuilderRegistry } from "../selection/builder-registry.ts";
import type { Spec } from "../spec/spec.ts";
import type { BuildOutcome } from "./build-outcome.ts";
import type { SharedCalls } from "./shared-calls.ts";

/** An image that was seen or made by this engine. */
export interface KnownImage {
  reference: string;
  digest?: string | undefined;
  builder?: string | undefined;
}

/** What one engine keeps between calls, and its only access to what is outside. */
export interface EngineHost {
  readonly builders: BuilderRegistry;
  readonly running: SharedCalls<BuildOutcome>;
  /** The clients by which presence is asked for. */
  readonly clients: SharedClients;
  /** `present` alone is remembered, by reference and platforms; anything else may change at any time. */
  readonly known: Map<string, KnownImage>;
  /** What builders returned for images in place of the name that was asked for, by that name. */
  readonly realNames: Map<string, string>;
  readonly cacheDir: string | undefined;
  /** Whether identities are kept beside images; undefined leaves it to the project settings. */
  readonly attachIdentity: boolean | undefined;
  env(): ProcessEnvironment;
  /** What the project's `imagespec.config.*` says. */
  settings(): Promise<ProjectSettings>;
  build(spec: Spec, options: BuildOptions): Promise<BuildOutcome>;
}
