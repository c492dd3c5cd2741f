import { ImageSpecError } from "@imagespec/registry";
import type { KanikoOptions } from "../options/options.ts";

/** The error for a build that took longer than its options allow. */
export function timedOut(subject: string, { timeout }: KanikoOptions): ImageSpecError {
  return new ImageSpecError("E_BUILD", `kaniko did not finish ${subject} within ${timeout} s.`, {
    hint: "Raise builderOptions.timeout.",
  });
}
