import type { ProcessEnvironment } from "@imagespec/registry/terms";

/**
 * What brings back the builders that are merely installed, where `IMAGESPEC_PLUGINS=off` leaves them out; else
 * undefined.
 */
export function hintForLeftOut(env: ProcessEnvironment): string | undefined {
  if (env.IMAGESPEC_PLUGINS !== "off") return undefined;
  return "Unset IMAGESPEC_PLUGINS, or name the builder's package under `plugins` in the project settings.";
}
