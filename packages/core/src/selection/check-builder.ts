import {
  docsPage,
  type ErrorCode,
  ImageSpecError,
  isImageSpecError,
  redact,
  thrownText,
  type Unsupported,
} from "@imagespec/registry/terms";
import type { BuildRequest, ImageSpecBuilder, Probe } from "../builder/builder.ts";
import type { BuilderCandidate } from "../discovery/candidate.ts";
import { FIRST_PARTY_BUILDERS } from "../discovery/first-party.ts";
import { type ProjectSettings, settledOptions } from "../discovery/project-settings.ts";
import { optionBreach, optionNames } from "./option-breach.ts";

/** The hint for a fault of the builder itself. */
const REPORT = "Report it to the authors of the builder.";
/** How long a probe may take, in milliseconds, before its builder counts as not usable. */
const PROBE_TIMEOUT = 10_000;

/** Why a builder is passed over: what its probe says, or what would keep it from being asked. */
export type Unusable = Extract<Probe, { usable: false }> & { unsupported?: Unsupported[] };

/**
 * Asks a builder whether it can do this request here: its options schema, `supports`, then `probe`. Nothing is built. A
 * probe that throws or takes longer than 10 s counts as not usable. The project's own options lie under the request's.
 *
 * @throws ImageSpecError E_OPTIONS for an option of the project's config that is wrong: it is so for every spec.
 */
export async function checkBuilder(
  builder: ImageSpecBuilder,
  given: BuildRequest,
  settings: ProjectSettings,
): Promise<(Extract<Probe, { usable: true }> & { request: BuildRequest }) | Unusable> {
  const settled = settledOptions(builder, settings);
  let request: BuildRequest;
  let unsupported: Unsupported[];
  try {
    const checked = await checkOptions(builder, { ...settled, ...(given.options as object) });
    if ("usable" in checked) return blameSettings(checked, { builder, given, settings, settled });
    request = { ...given, options: checked.value };
    const foreign = foreignPlatforms(builder, request);
    // Where the platform is refused already, what the builder itself says about platforms adds nothing.
    const own = (builder.supports?.(request) ?? []).filter(
      ({ parameter }) => foreign.length === 0 || parameter !== "platform",
    );
    unsupported = [...foreign, ...own];
  } catch (error) {
    if (isImageSpecError(error, "E_OPTIONS")) throw error;
    // A builder that throws here is passed over, like one that does not load.
    const reason = `it failed when it was asked about the spec: ${thrownText(error)}`;
    return { usable: false, code: "E_BUILDER_LOAD", reason, hint: REPORT };
  }
  if (unsupported.length > 0) {
    return {
      usable: false,
      code: "E_UNSUPPORTED",
      reason: unsupportedReason(unsupported),
      hint: "Change the parameters that the reason names.",
      unsupported,
    };
  }
  const probe = await probeBuilder(builder, request);
  return probe.usable ? { ...probe, request } : probe;
}

/**
 * Holds options to the schema of the builder that was asked for by name, so that a mistake is told even when its image
 * exists and nothing is built. Options that were not given are not missed: those matter to a build alone. Imports the
 * builder, unless there are no options and its package says that it is not asked about images that exist.
 *
 * @throws ImageSpecError E_OPTIONS, E_BUILDER_LOAD
 */
export async function checkNamedOptions(
  { type, load, reusesExisting }: BuilderCandidate,
  options: Readonly<Record<string, unknown>>,
  settings: ProjectSettings,
): Promise<void> {
  const isGiven = Object.keys(options).length > 0;
  if (!isGiven && reusesExisting) return;
  const builder = await load();
  if (!isGiven) return;
  const checked = await checkOptions(builder, { ...settledOptions(builder, settings), ...options });
  if (!("usable" in checked)) return;
  if (checked.names.some((name) => Object.hasOwn(options, name))) throw unusableError(type, checked);
}

/** What a builder cannot do, each reason once: `env, packages: it builds nothing`. */
function unsupportedReason(unsupported: readonly Unsupported[]): string {
  const byReason = Map.groupBy(unsupported, ({ reason }) => reason);
  return [...byReason]
    .map(([reason, ones]) => `${ones.map(({ parameter }) => parameter).join(", ")}: ${reason}`)
    .join("; ");
}

/** Platforms of an operating system the builder makes no images for. */
function foreignPlatforms(builder: ImageSpecBuilder, { target }: BuildRequest): Unsupported[] {
  // A builder made for an older core lacks this property.
  const systems = "operatingSystems" in builder ? builder.operatingSystems : ["linux"];
  if (systems === undefined) return [];
  return target.platforms
    .filter((platform) => !systems.includes(platform.split("/")[0] ?? ""))
    .map((platform) => ({
      parameter: "platform",
      reason: `it makes images for ${systems.join(", ")}, not ${platform}`,
    }));
}

/** A builder's probe, made safe against one that throws or hangs, or shows the password in an address. */
async function probeBuilder(builder: ImageSpecBuilder, request: BuildRequest): Promise<Probe> {
  const probe = await answerOf(builder, request);
  if (!probe.usable) return { ...probe, reason: redact(probe.reason) };
  return probe.detail === undefined ? probe : { ...probe, detail: redact(probe.detail) };
}

async function answerOf(builder: ImageSpecBuilder, request: BuildRequest): Promise<Probe> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Probe>((resolve) => {
    const reason = `its probe took longer than ${PROBE_TIMEOUT / 1000} s`;
    timer = setTimeout(() => resolve({ usable: false, reason, hint: "Check what it is waiting for." }), PROBE_TIMEOUT);
  });
  try {
    const answer: unknown = await Promise.race([builder.probe?.(request) ?? { usable: true }, late]);
    if (isProbe(answer)) return answer;
    throw new Error("it says neither that the builder is usable nor why not");
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED")) throw error;
    const reason = `its probe failed: ${thrownText(error)}`;
    const hint = isImageSpecError(error) ? (error.hint ?? "") : REPORT;
    return { usable: false, reason, hint, code: isImageSpecError(error) ? error.code : undefined };
  } finally {
    clearTimeout(timer);
  }
}

/** What a builder that has no types may answer besides is none. */
function isProbe(value: unknown): value is Probe {
  if (typeof value !== "object" || value === null || !("usable" in value)) return false;
  return value.usable === true || ("reason" in value && typeof value.reason === "string");
}

/** Refused options are the spec's or the call's fault, unless all of them stand in the project's config. */
function blameSettings(
  refused: RefusedOptions,
  asked: { builder: ImageSpecBuilder; given: BuildRequest; settings: ProjectSettings; settled: object },
): Unusable {
  const { builder, given, settings, settled } = asked;
  const isSettled = (name: string) => Object.hasOwn(settled, name) && !Object.hasOwn(given.options as object, name);
  if (refused.names.length === 0 || !refused.names.every(isSettled)) return refused;
  throw new ImageSpecError("E_OPTIONS", `${settings.file}: builder "${builder.builderType}": ${refused.reason}`, {
    hint: refused.hint,
    details: { builder: builder.builderType },
  });
}

/** `names` are the options at fault, as far as the builder's schema tells. */
type RefusedOptions = Unusable & { names: string[] };

async function checkOptions(builder: ImageSpecBuilder, options: unknown): Promise<{ value: unknown } | RefusedOptions> {
  if (builder.optionsSchema === undefined) return { value: options };
  let reason: string;
  let names: string[];
  try {
    const result = await builder.optionsSchema["~standard"].validate(options);
    if (result.issues === undefined) return { value: result.value };
    reason = result.issues.map((issue) => optionBreach(issue, options)).join("; ");
    names = result.issues.flatMap(optionNames);
  } catch (error) {
    const why = `the schema of its options failed: ${thrownText(error)}`;
    return { usable: false, code: "E_BUILDER_LOAD", reason: why, hint: REPORT, names: [] };
  }
  const page = FIRST_PARTY_BUILDERS.has(builder.builderType)
    ? docsPage(`builders/${builder.builderType}`)
    : `the README of builder "${builder.builderType}"`;
  const hint = `Correct builderOptions as ${page} describes them.`;
  return { usable: false, code: "E_OPTIONS", reason, hint, names };
}

const FAILURES: Partial<Record<ErrorCode, string>> = {
  E_OPTIONS: "is given wrong options",
  E_UNSUPPORTED: "cannot build this spec",
};

/** Why a builder that was asked for by name cannot build, as an error. */
export function unusableError(type: string, { code = "E_TOOL_MISSING", reason, hint, unsupported }: Unusable) {
  return new ImageSpecError(code, `Builder "${type}" ${FAILURES[code] ?? "cannot work here"}: ${reason}`, {
    hint:
      unsupported === undefined
        ? hint
        : "Change the parameters that the reason names, or name no builder: another one may be able to build it.",
    details: { builder: type, unsupported },
  });
}
