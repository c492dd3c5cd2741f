import { ImageSpecError } from "@imagespec/core";
import type { CommandContext } from "./command-context.ts";

/**
 * How many images are built at the same time: as the command line says, else the project's config; undefined leaves it
 * to the engine.
 *
 * @throws ImageSpecError E_OPTIONS for what is not a whole number from 1 on.
 */
export function concurrencyOf({ line, settings }: CommandContext): number | undefined {
  if (line.concurrency === undefined) return settings.config.concurrency;
  if (/^[1-9]\d{0,2}$/.test(line.concurrency)) return Number(line.concurrency);
  throw new ImageSpecError("E_OPTIONS", `--concurrency ${line.concurrency} is not a number of images`, {
    hint: "Give a whole number from 1 to 999.",
  });
}
