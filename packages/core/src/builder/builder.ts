import type { CredentialStore, ErrorCode, Presence, RegistryClient, Unsupported } from "@imagespec/registry";
import type { ShippedFile } from "../files/shipped-file.ts";
import type { BuildPlan } from "../plan/plan.ts";
import type { Spec } from "../spec/spec.ts";
import type { BuildEvent } from "./build-event.ts";
import type { Output } from "./output.ts";
import type { StandardSchemaV1 } from "./standard-schema.ts";

/** What a builder carries and is known by, across copies of this package. */
export const BUILDER: unique symbol = Symbol.for("imagespec.builder");

/** Where an image goes, and for which platforms it is made. */
export interface BuildTarget {
  /** `registry/name:tag` or `name:tag`; the image is pushed there when `push` is true. */
  reference: string;
  /** Normalised, sorted, at least one: `linux/amd64`. */
  platforms: string[];
  push: boolean;
  /** An output besides or instead of the registry. Without an output and a push, the engine gets the image. */
  output?: Output | undefined;
}

/** Everything a builder is told about one image. `Options` is what its `optionsSchema` makes of builderOptions. */
export interface BuildRequest<Options = unknown> {
  spec: Spec;
  plan: BuildPlan;
  target: BuildTarget;
  /** The spec's builderOptions with those of the call laid over, after `optionsSchema`. */
  options: Options;
  /**
   * Secret id to absolute path of the file on the host. The plan holds the ids; nothing else holds paths or contents.
   */
  secrets: Record<string, string>;
  credentials: CredentialStore;
  /**
   * Has these credentials and mirrors, and connections and tokens of what the engine asked before; whoever lends it
   * closes it. Left out where a builder is called without an engine: it then makes one of its own.
   */
  client?: RegistryClient | undefined;
  /** Where to fetch instead, by registry host: `docker.io` -> `localhost:5000`. Names in plan and labels stay. */
  mirrors: Record<string, string>;
  /** The files of the build context, sorted by path, parents before children; read one with `openShippedFile`. */
  files: readonly ShippedFile[];
  /** Whether the image is to be built even when it exists. */
  force: boolean;
  /** Aborted when the build is cancelled: buildImage then has 5 s to end with E_ABORTED, with nothing left behind. */
  signal: AbortSignal;
  /** Reports to the caller what happens. */
  emit(event: BuildEvent): void;
}

/** What buildImage made. */
export interface BuildResult {
  /** What was built, to be used as a base or in a deployment. */
  reference: string;
  /** The manifest's or index's digest as the registry knows it. */
  digest?: string | undefined;
  /** Of what `digest` names, size in bytes: what refers to an image states both, and asks the registry otherwise. */
  manifest?: { mediaType: string; size: number } | undefined;
  /** True when nothing was built and the reference is somebody else's image, taken as it is. */
  adopted?: boolean | undefined;
  /**
   * Hosts that the builder's own options let it speak to over http, or without checking their certificate. What is kept
   * beside the image goes to its registry in the same way.
   */
  insecureRegistries?: readonly string[] | undefined;
}

/** Whether a builder can work on this machine now. */
export type Probe =
  /** `detail` names what was found: which tool, which version. */
  | { usable: true; detail?: string | undefined }
  | {
      usable: false;
      reason: string;
      hint: string;
      /** The error's code when the builder was asked for by name; by default E_TOOL_MISSING. */
      code?: ErrorCode | undefined;
    };

/**
 * A builder turns a plan into an image. It needs a `builderType` and `buildImage`; the rest has defaults. Builders are
 * known by the symbol, so that two copies of core can work together.
 *
 * @example
 * class MyBuilder extends ImageSpecBuilder<{ network?: string | undefined }> {
 *   readonly builderType = "mine";
 *   override readonly optionsSchema = z.strictObject({ network: z.string().optional() });
 *   async buildImage({ plan, options, target }: BuildRequest<{ network?: string | undefined }>) {
 *     return { reference: target.reference, digest: await build(plan, options.network) };
 *   }
 * }
 */
export abstract class ImageSpecBuilder<Options = unknown> {
  readonly [BUILDER] = 1;
  /** The name that specs and callers choose this builder by. */
  abstract readonly builderType: string;
  /** False: whether the image exists does not matter to this builder, and no registry is asked when it is named. */
  readonly asksPresence: boolean = true;
  /** Operating systems the builder makes images for, as in `linux/amd64`; undefined: it does not matter to it. */
  readonly operatingSystems: readonly string[] | undefined = ["linux"];
  /**
   * Names of the options that change what is in the image. Such an option belongs in the spec, where
   * it is part of the tag, and is refused in `imagespec.config.*`.
   */
  readonly contentOptions: readonly string[] = [];
  /** Checks and completes builder options before anything else runs; a fault is E_OPTIONS. */
  readonly optionsSchema?: StandardSchemaV1<Options>;

  /** What of this request the builder cannot do; pure and synchronous. Empty: all of it can be done. */
  supports(_request: BuildRequest<Options>): Unsupported[] {
    return [];
  }

  /**
   * Whether the builder can work on this machine now. Under 2 s, or 5 s where it waits for an engine; never throws,
   * never writes.
   */
  async probe(_request: BuildRequest<Options>): Promise<Probe> {
    return { usable: true };
  }

  /** Whether to build. By default: unless the image is present. */
  async shouldBuild(_spec: Spec, presence: Presence): Promise<boolean> {
    return presence.status !== "present";
  }

  /**
   * Builds the image and pushes it, tag last. Returns what was built; a string is its reference; undefined means the
   * target's reference.
   *
   * @throws ImageSpecError E_UNSUPPORTED, as long as no image was written, but at most blobs of it outside the cache:
   * the engine then goes on to the next builder, unless this one was named.
   */
  abstract buildImage(request: BuildRequest<Options>): Promise<BuildResult | string | undefined>;
}
