import { ImageSpecError, type ProcessEnvironment } from "@imagespec/registry/terms";

/** The largest signed 32-bit number of seconds, in January 2038: the limit of what tar-stream can write. */
const LAST_SECOND = 2 ** 31 - 1;

/**
 * The time to give to files and images, in whole seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org),
 * else `otherwise`.
 *
 * @throws ImageSpecError E_OPTIONS when the variable is not a whole number of seconds up to 2038.
 */
export function sourceDateEpoch(env: ProcessEnvironment, otherwise = 0): number {
  const text = env.SOURCE_DATE_EPOCH;
  if (text === undefined || text === "") return otherwise;
  return checkEpoch(/^\d+$/.test(text) ? Number(text) : Number.NaN, `SOURCE_DATE_EPOCH (${JSON.stringify(text)})`);
}

/**
 * The seconds, when a tar can hold them.
 *
 * @throws ImageSpecError E_OPTIONS for anything but a whole number from 0 up to 2038, in a message that names
 * `subject`.
 */
export function checkEpoch(seconds: number, subject: string): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LAST_SECOND) return seconds;
  throw new ImageSpecError("E_OPTIONS", `${subject} is not a number of seconds up to 2038`, {
    hint: "Set SOURCE_DATE_EPOCH to whole seconds since 1970, up to 2038, or unset it.",
  });
}
