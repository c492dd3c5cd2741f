import { ImageSpecError, type ProcessEnvironment } from "@imagespec/registry/terms";
import type { BuildEvent } from "../builder/build-event.ts";
import { type Output, parseOutput } from "../builder/output.ts";
import { isSwitchedOn } from "../process/is-switched-on.ts";
import { FLYTE_FORCE_PUSH_IMAGE_SPEC } from "../spec/environment-names.ts";
import type { Spec } from "../spec/spec.ts";
import { userInfoBreach } from "../spec/text-rules.ts";
import { type OptionType, optionTypeBreach } from "./option-types.ts";

/** What to do when it cannot be found out whether the image exists. */
export type OnUnknown = "build" | "fail" | "assume";

const ON_UNKNOWN: readonly OnUnknown[] = ["build", "fail", "assume"];

/** How one build is steered. Nothing here but `platform` reaches the tag. */
export interface BuildOptions {
  /** Type of the builder to use, in place of the spec's. */
  builder?: string | undefined;
  /** Laid over the spec's builderOptions, key by key; unlike those, not part of the tag. */
  builderOptions?: Readonly<Record<string, unknown>> | undefined;
  /** One or several, comma-separated, in place of the spec's. */
  platform?: string | undefined;
  /** By default true with a registry and no `output`, unless FLYTE_PUSH_IMAGE_SPEC is false. */
  push?: boolean | undefined;
  /** `oci:DIR`, `docker-archive:FILE` or `engine`; relative paths start from the working directory. */
  output?: string | undefined;
  /** Build and push even when the image exists; also FLYTE_FORCE_PUSH_IMAGE_SPEC and `spec.forcePush()`. */
  force?: boolean | undefined;
  /** What to do when it cannot be found out whether the image exists; by default `build`. */
  onUnknown?: OnUnknown | undefined;
  /**
   * Cancels the build; it ends with E_ABORTED within 5 s and leaves nothing behind. A builder of somebody else's that
   * does not stop is left running after 30 s, with a warning.
   */
  signal?: AbortSignal | undefined;
  /**
   * Called for everything that happens. The build ends with what it throws, or what a promise that it returns is
   * rejected with.
   */
  onEvent?: ((event: BuildEvent) => void) | undefined;
}

const OPTION_TYPES: Readonly<Record<keyof BuildOptions, OptionType>> = {
  builder: "a text",
  builderOptions: "an object",
  platform: "a text",
  push: "true or false",
  output: "a text",
  force: "true or false",
  onUnknown: "a text",
  signal: "an AbortSignal",
  onEvent: "a function",
};

/** The options of one call, with every default resolved. */
export interface BuildCall {
  builder: string | undefined;
  builderOptions: Record<string, unknown>;
  platforms: string[] | undefined;
  push: boolean;
  output: Output | undefined;
  force: boolean;
  onUnknown: OnUnknown | undefined;
}

const PUSH_VARIABLE = "FLYTE_PUSH_IMAGE_SPEC";

/**
 * Decides what a call asks for, from its options, the spec, the environment and the project's `defaultBuilder`, in this
 * order.
 *
 * @throws ImageSpecError E_OPTIONS for an option that is none, means nothing or contradicts the spec.
 */
export function readBuildOptions(
  spec: Spec,
  options: BuildOptions,
  env: ProcessEnvironment,
  defaultBuilder?: string,
): BuildCall {
  const breach = optionTypeBreach(options, OPTION_TYPES);
  if (breach !== undefined) throw optionError(breach.message, breach.hint);
  if (options.onUnknown !== undefined && !ON_UNKNOWN.includes(options.onUnknown)) {
    throw optionError(`onUnknown is "${options.onUnknown}"`, `Use one of ${ON_UNKNOWN.join(", ")}.`);
  }
  if (options.push === true && spec.registry === undefined) {
    throw optionError(`push is asked for and image "${spec.name}" has no registry`, 'Set registry: "localhost:5000".');
  }
  // The spec's own options were checked when the spec was made.
  const credential = userInfoBreach(JSON.stringify(options.builderOptions ?? {}));
  if (credential) throw optionError(`builderOptions: ${credential.message}`, "Take it out of the URL.");
  const output = options.output === undefined ? undefined : parseOutput(options.output);
  const byDefault = spec.registry !== undefined && output === undefined && pushByEnvironment(env);
  return {
    builder: options.builder ?? spec.builder ?? defaultBuilder,
    builderOptions: { ...spec.builderOptions, ...options.builderOptions },
    platforms: options.platform === undefined ? undefined : readPlatforms(options.platform),
    push: options.push ?? byDefault,
    output,
    force: options.force ?? (spec.isForced || isSwitchedOn(env[FLYTE_FORCE_PUSH_IMAGE_SPEC])),
    onUnknown: options.onUnknown,
  };
}

function pushByEnvironment(env: ProcessEnvironment): boolean {
  const value = env[PUSH_VARIABLE];
  // flytekit pushes for these two words alone.
  return value === undefined || value === "" || /^(?:true|1)$/i.test(value.trim());
}

function readPlatforms(platform: string): string[] {
  const platforms = platform.split(",").map((one) => one.trim());
  if (platforms.some((one) => one === "")) {
    throw optionError(`platform "${platform}" has an empty part`, "Write linux/amd64 or linux/amd64,linux/arm64.");
  }
  return platforms;
}

function optionError(message: string, hint: string): ImageSpecError {
  return new ImageSpecError("E_OPTIONS", `Build options: ${message}`, { hint });
}
