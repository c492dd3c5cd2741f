import { docsPage, type ErrorCode, ImageSpecError, isImageSpecError } from "@imagespec/registry";
import type { BuildRequest, ImageSpecBuilder, Probe, Unsupported } from "../builder/builder.ts";
import { FIRST_PARTY_BUILDERS } from "../discovery/first-party.ts";

/** The cure for a builder that is itself broken. */
const REPORT = "Report it to the authors of the builder.";
/** How long a probe may take, in milliseconds, before its builder counts as not usable. */
const PROBE_TIMEOUT = 10_000;

/** Why a builder was passed over. */
export interface Refusal {
  kind: "options" | "unsupported" | "unusable";
  code: ErrorCode;
  reason: string;
  hint: string;
  unsupported?: Unsupported[];
}

/**
 * Asks a builder whether it can do this request here: its options schema, `supports`, then `probe`. Nothing is built.
 * A probe that throws or takes longer than 10 s counts as not usable.
 */
export async function tryBuilder(
  builder: ImageSpecBuilder,
  given: BuildRequest,
): Promise<{ request: BuildRequest; detail?: string | undefined } | { refusal: Refusal }> {
  let request: BuildRequest;
  let unsupported: Unsupported[];
  try {
    const checked = await checkOptions(builder, given.options);
    if ("refusal" in checked) return checked;
    request = { ...given, options: checked.value };
    const foreign = foreignPlatforms(builder, request);
    // Of a platform that is refused already the builder need not say more.
    const own = (builder.supports?.(request) ?? []).filter(
      ({ parameter }) => foreign.length === 0 || parameter !== "platform",
    );
    unsupported = [...foreign, ...own];
  } catch (error) {
    // A builder that is itself broken is passed over like one that does not load.
    const reason = `it failed when it was asked about the spec: ${(error as Error)?.message ?? error}`;
    return { refusal: { kind: "unusable", code: "E_BUILDER_LOAD", reason, hint: REPORT } };
  }
  if (unsupported.length > 0) {
    const reason = unsupported.map((one) => `${one.parameter}: ${one.reason}`).join("; ");
    const hint = "Leave out of the spec what the builder cannot do, or name no builder: another may be able to.";
    return { refusal: { kind: "unsupported", code: "E_UNSUPPORTED", reason, hint, unsupported } };
  }
  const probe = await probeBuilder(builder, request);
  if (probe.usable) return { request, detail: probe.detail };
  const code = probe.code ?? "E_TOOL_MISSING";
  return { refusal: { kind: "unusable", code, reason: probe.reason, hint: probe.hint } };
}

/** Platforms of an operating system the builder makes no images for. */
function foreignPlatforms(builder: ImageSpecBuilder, { target }: BuildRequest): Unsupported[] {
  // A builder of an older core says nothing about it.
  const systems = "operatingSystems" in builder ? builder.operatingSystems : ["linux"];
  if (systems === undefined) return [];
  return target.platforms
    .filter((platform) => !systems.includes(platform.split("/")[0] ?? ""))
    .map((platform) => ({
      parameter: "platform",
      reason: `it makes images for ${systems.join(", ")}, not ${platform}`,
    }));
}

/** A builder's probe, made safe against one that throws or hangs. */
export async function probeBuilder(builder: ImageSpecBuilder, request: BuildRequest): Promise<Probe> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Probe>((resolve) => {
    const reason = `its probe took longer than ${PROBE_TIMEOUT / 1000} s`;
    timer = setTimeout(() => resolve({ usable: false, reason, hint: "Look at what it waits for." }), PROBE_TIMEOUT);
  });
  try {
    return await Promise.race([builder.probe?.(request) ?? { usable: true }, late]);
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED")) throw error;
    const reason = `its probe failed: ${(error as Error)?.message ?? error}`;
    const hint = isImageSpecError(error) ? (error.hint ?? "") : REPORT;
    return { usable: false, reason, hint, code: isImageSpecError(error) ? error.code : undefined };
  } finally {
    clearTimeout(timer);
  }
}

async function checkOptions(
  builder: ImageSpecBuilder,
  options: unknown,
): Promise<{ value: unknown } | { refusal: Refusal }> {
  if (builder.optionsSchema === undefined) return { value: options };
  const result = await builder.optionsSchema["~standard"].validate(options);
  if (result.issues === undefined) return { value: result.value };
  const reason = result.issues
    .map((issue) => {
      const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
      return `builderOptions${path === "" ? "" : `.${path}`}: ${issue.message}`;
    })
    .join("; ");
  const page = FIRST_PARTY_BUILDERS.has(builder.builderType)
    ? docsPage(`builders/${builder.builderType}`)
    : "its README";
  const hint = `Correct builderOptions as ${page} describes them.`;
  return { refusal: { kind: "options", code: "E_OPTIONS", reason, hint } };
}

/** The refusal of a builder that was asked for by name, as an error. */
export function refusalError(type: string, refusal: Refusal): ImageSpecError {
  const said = {
    options: `Builder "${type}" does not take these options: `,
    unsupported: `Builder "${type}" cannot build this spec: `,
    unusable: `Builder "${type}" cannot work here: `,
  }[refusal.kind];
  return new ImageSpecError(refusal.code, said + refusal.reason, {
    hint: refusal.hint,
    details: { builder: type, unsupported: refusal.unsupported },
  });
}
