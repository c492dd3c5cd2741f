import type { Presence, ProcessEnvironment } from "@imagespec/registry";
import { ImageSpecError, isImageSpecError } from "@imagespec/registry/terms";
import { isSwitchedOn } from "../process/is-switched-on.ts";
import type { OnUnknown } from "../request/build-options.ts";
import { FLYTE_IMG_FAST_FAIL } from "../spec/environment-names.ts";

export interface UnknownPolicy {
  reference: string;
  /** As the caller asked; by default `build`, or `fail` with FLYTE_IMG_FAST_FAIL. */
  onUnknown: OnUnknown | undefined;
  willPush: boolean;
  force: boolean;
  env: ProcessEnvironment;
}

/**
 * Decides about an unknown presence: `build`, or `assume` that it exists. A build that would push to a registry that
 * does not answer or refuses the credentials is refused at once, whatever was asked, except under `assume`.
 *
 * @throws ImageSpecError E_REGISTRY_UNREACHABLE, E_REGISTRY_AUTH or E_PRESENCE_UNKNOWN.
 */
export function decideUnknown(presence: Presence & { status: "unknown" }, policy: UnknownPolicy): "build" | "assume" {
  const fastFail = isSwitchedOn(policy.env[FLYTE_IMG_FAST_FAIL]);
  const choice = policy.onUnknown ?? (fastFail ? "fail" : "build");
  if (choice === "assume" && !policy.force) return "assume";
  const { cause } = presence;
  const cannotPush = isImageSpecError(cause, "E_REGISTRY_UNREACHABLE") || isImageSpecError(cause, "E_REGISTRY_AUTH");
  if (policy.willPush && cannotPush) throw cause;
  if (choice !== "fail" || policy.force) return "build";
  const why = policy.onUnknown === undefined ? `${FLYTE_IMG_FAST_FAIL} is set` : 'onUnknown is "fail"';
  const { reference } = policy;
  const message = `Whether ${reference} exists cannot be found out, and ${why}: ${cause.message}`;
  const { hint = 'Pass onUnknown "build" to build it all the same.' } = cause;
  throw new ImageSpecError("E_PRESENCE_UNKNOWN", message, { cause, hint, details: { reference } });
}
