import type { CredentialStore, ErrorCode, Presence } from "@imagespec/registry";
import type { BuildEvent } from "../events.ts";
import type { BuildPlan } from "../plan/plan.ts";
import type { ShippedFile } from "../resolve/shipped-file.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import type { StandardSchemaV1 } from "./standard-schema.ts";

/** What a builder carries and is known by, across copies of this package. */
export const BUILDER: unique symbol = Symbol.for("imagespec.builder");

export interface BuildTarget {
  /** `registry/name:tag` or `name:tag`; the image is pushed there when `push` is true. */
  reference?: string;
  platforms: string[];
  push: boolean;
  /** `oci:DIR`, `docker-archive:FILE` or `engine`: an output besides or instead of the registry. */
  output?: string;
}

export interface BuildRequest {
  spec: ImageSpec;
  plan: BuildPlan;
  target: BuildTarget;
  /** The spec's builderOptions with those of the call laid over, after `optionsSchema`. */
  options: unknown;
  /** Secret id to absolute path of the file on the host. Ids stand in the plan; paths and contents nowhere else. */
  secrets: Record<string, string>;
  credentials: CredentialStore;
  /** Where to fetch instead, by registry host: `docker.io` -> `localhost:5000`. Names in plan and labels stay. */
  mirrors: Record<string, string>;
  files: readonly ShippedFile[];
  force: boolean;
  signal: AbortSignal;
  emit(event: BuildEvent): void;
}

export interface BuildResult {
  /** What was built, to be used as a base or in a deployment. */
  reference: string;
  /** The manifest's or index's digest as the registry knows it. */
  digest?: string;
  /** True when nothing was built and the reference is somebody else's image, taken as it is. */
  adopted?: boolean;
}

export interface Unsupported {
  /** The spec's parameter, in camelCase. */
  parameter: string;
  reason: string;
}

export type Probe =
  | { usable: true; detail?: string }
  | {
      usable: false;
      reason: string;
      hint: string;
      /** Of the error when the builder was asked for by name; by default E_TOOL_MISSING. */
      code?: ErrorCode;
    };

/** A builder turns a plan into an image. Known by the symbol, so that two copies of core can work together. */
export abstract class ImageSpecBuilder {
  readonly [BUILDER] = 1;
  abstract readonly builderType: string;
  /** False: whether the image exists does not matter to this builder, and no registry is asked when it is named. */
  readonly asksPresence: boolean = true;
  /** Operating systems the builder makes images for, as in `linux/amd64`; undefined: it does not matter to it. */
  readonly operatingSystems: readonly string[] | undefined = ["linux"];
  /** Checks and completes builder options before anything else runs; a fault is E_OPTIONS. */
  readonly optionsSchema?: StandardSchemaV1;

  /** What of this request the builder cannot do; pure and synchronous. Empty: all of it can be done. */
  supports(_request: BuildRequest): Unsupported[] {
    return [];
  }

  /** Whether the builder can work on this machine now. Under 2 s; never throws, never writes. */
  async probe(_request: BuildRequest): Promise<Probe> {
    return { usable: true };
  }

  /** Whether to build. By default: unless the image is present. */
  async shouldBuild(_spec: ImageSpec, presence: Presence): Promise<boolean> {
    return presence.status !== "present";
  }

  /**
   * Builds the image and pushes it, tag last. Returns what was built; a string is its reference; undefined means the
   * target's reference. May throw E_UNSUPPORTED until its first byte outside the cache: the engine then goes on to
   * the next builder, unless this one was named.
   */
  abstract buildImage(request: BuildRequest): Promise<BuildResult | string | undefined>;
}
