import { ImageSpecError } from "@imagespec/registry";
import type { KanikoOptions } from "../options.ts";

/** Aborts when a build has taken as long as its options allow. */
export function timeLimit({ timeout }: Pick<KanikoOptions, "timeout">): AbortSignal {
  // Node takes whole milliseconds.
  return AbortSignal.timeout(Math.ceil(timeout * 1000));
}

/** The error for a build that took longer. */
export function timedOut(subject: string, { timeout }: Pick<KanikoOptions, "timeout">): ImageSpecError {
  return new ImageSpecError("E_BUILD", `kaniko did not finish ${subject} within ${timeout} s`, {
    hint: "Raise builderOptions.timeout.",
  });
}
