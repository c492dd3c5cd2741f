import { availableParallelism } from "node:os";
import { ImageSpecError, isImageSpecError } from "@imagespec/registry/terms";
import type { BuildEvent } from "../builder/build-event.ts";
import type { BuildOptions } from "../request/build-options.ts";
import { isSpec, type Spec } from "../spec/spec.ts";
import { atMost } from "./at-most.ts";
import type { BuildOutcome } from "./build-outcome.ts";

/** How several images are built together. */
export interface SeveralOptions extends Omit<BuildOptions, "onEvent"> {
  /** How many are built at the same time; by default as many as the machine has processors, at most four. */
  concurrency?: number | undefined;
  /** Called for everything that happens, with the place of its image in the list. */
  onEvent?: ((event: BuildEvent, index: number) => void) | undefined;
  /** Called for each image that exists now: in the order of the list, as soon as all before it have ended. */
  onOutcome?: ((outcome: BuildOutcome, index: number) => void) | undefined;
}

/** Images that share the network and the processors gain little from each other beyond this many. */
const MOST_BY_DEFAULT = 4;

/**
 * Builds several specs: each after those of the list that it is based on, independent ones side by side. When one
 * fails, those under way are finished, since their work would be lost, and no other is begun.
 *
 * @throws ImageSpecError the failure that comes first in the list, after a warning for each further one; E_OPTIONS for
 * a concurrency that is not a whole number from 1 on.
 */
export async function buildSeveral(
  build: (spec: Spec, options: BuildOptions) => Promise<BuildOutcome>,
  specs: readonly Spec[],
  { concurrency = Math.min(MOST_BY_DEFAULT, availableParallelism()), onEvent, onOutcome, ...options }: SeveralOptions,
): Promise<BuildOutcome[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new ImageSpecError("E_OPTIONS", `Build options: concurrency is ${concurrency}`, {
      hint: "Give a whole number of 1 or more.",
    });
  }
  const limit = atMost(concurrency);
  const failures = new Set<unknown>();
  const begin = async (spec: Spec, index: number): Promise<BuildOutcome | undefined> => {
    if (failures.size > 0) return undefined;
    try {
      return await build(spec, { ...options, onEvent: (event) => onEvent?.(event, index) });
    } catch (error) {
      failures.add(error);
      throw error;
    }
  };
  const runs = new Map<Spec, Promise<BuildOutcome | undefined>>();
  for (const spec of basesFirst(specs)) {
    const bases = basesOf(spec).flatMap((base) => runs.get(base) ?? []);
    // A build that waits for its base does not count towards the limit.
    const run = Promise.all(bases).then(() => limit(() => begin(spec, specs.indexOf(spec))));
    // Its failure is reported below, in order.
    run.catch(() => undefined);
    runs.set(spec, run);
  }
  const outcomes: BuildOutcome[] = [];
  const failed: { error: unknown; index: number }[] = [];
  for (const [index, spec] of specs.entries()) {
    try {
      const outcome = await runs.get(spec);
      if (outcome === undefined) continue;
      outcomes.push(outcome);
      onOutcome?.(outcome, index);
    } catch (error) {
      // A child fails with the error of its base.
      if (failed.every((one) => one.error !== error)) failed.push({ error, index });
    }
  }
  const [first, ...others] = failed;
  if (first === undefined) return outcomes;
  for (const { error, index } of others) {
    if (isImageSpecError(error, "E_ABORTED")) continue;
    const { message, hint } = error as Error & { hint?: string };
    await onEvent?.({ type: "warning", message: `${specs[index]?.name} failed too: ${message}`, hint }, index);
  }
  throw first.error;
}

/** Each spec after those of the list that it is based on, else as listed. */
function basesFirst(specs: readonly Spec[]): Set<Spec> {
  const listed = new Set(specs);
  return new Set(
    specs.flatMap((spec) => [
      ...basesOf(spec)
        .reverse()
        .filter((base) => listed.has(base)),
      spec,
    ]),
  );
}

/** The specs that a spec is based on, nearest first. */
function basesOf({ baseImage }: Spec): Spec[] {
  return isSpec(baseImage) ? [baseImage, ...basesOf(baseImage)] : [];
}
