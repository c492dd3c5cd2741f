import { ImageSpecError } from "@imagespec/core/builder";

/**
 * Time of a context's files, in seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org), else 0.
 *
 * @throws ImageSpecError E_OPTIONS when the variable is no whole number of seconds up to 2038.
 */
export function contextTime(env: Readonly<Record<string, string | undefined>>): number {
  const text = env.SOURCE_DATE_EPOCH;
  if (text === undefined || text === "") return 0;
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 31) return Number(text);
  throw new ImageSpecError("E_OPTIONS", `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, not a number of seconds.`, {
    hint: "Set it to whole seconds since 1970, up to 2038, or unset it.",
  });
}
