import type { ImageSpecBuilder } from "../builder/builder.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** The priority of a builder that does not say one. */
export const DEFAULT_PRIORITY = 5;

/** A builder that is known by its name and not imported yet. */
export interface BuilderCandidate {
  readonly type: string;
  /** Higher is asked first; ties go by type. */
  readonly priority: number;
  /** Where it comes from, for messages: `registered in code`, `@imagespec/builder-kaniko 1.0.0`. */
  readonly origin: string;
  /** Its package and file, when it was found and not registered. */
  readonly package?: string;
  readonly version?: string;
  readonly file?: string;
  readonly summary?: string | undefined;
  /** True: its package says that an image that exists is reused without asking it, which spares importing it. */
  readonly reusesExisting?: boolean;
  /** Imports the builder, once. @throws ImageSpecError E_BUILDER_LOAD */
  load(): Promise<ImageSpecBuilder>;
}

/** Builders that were found. */
export interface Discovery {
  /** In the order in which they are asked. */
  candidates: BuilderCandidate[];
  /** What keeps others from being used. */
  diagnostics: Diagnostic[];
}

/** Builders and what is wrong with others, told apart. */
export function discovery(found: readonly (BuilderCandidate | Diagnostic)[]): Discovery {
  return {
    candidates: found.filter((one) => "load" in one),
    diagnostics: found.filter((one) => "subject" in one),
  };
}

/** The order in which builders are asked: priority, then type. */
export function byPriority(a: BuilderCandidate, b: BuilderCandidate): number {
  return b.priority - a.priority || Number(a.type > b.type) - Number(a.type < b.type);
}

/** A builder object as a candidate. */
export function loadedCandidate(builder: ImageSpecBuilder, priority: number, origin: string): BuilderCandidate {
  return { type: builder.builderType, priority, origin, load: async () => builder };
}
