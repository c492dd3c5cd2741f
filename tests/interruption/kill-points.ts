import { setTimeout as sleep } from "node:timers/promises";
import { sample } from "../support/sample.ts";
import type { CliChild } from "./cli-child.ts";

/** A moment of a run, which another run of the same kind has as well. */
export interface KillPoint {
  /** Part of the run's events that have come, from 0 up to 1. */
  events: number;
  /** Part of the time to the next event that has passed, from 0 up to 1. */
  between: number;
}

const POINTS = 30;
const IN_A_SAMPLE = 3;
const GOLDEN = 0.618_033_988_75;

/** 30 moments spread over a run and over the times between its events, or a sample of them. */
export function killPoints(seed: number): KillPoint[] {
  const points = Array.from({ length: POINTS }, (_, index) => ({
    events: index / POINTS,
    between: (index * GOLDEN) % 1,
  }));
  return sample(points, IN_A_SAMPLE, seed);
}

/** Kills a run with all of its process group at a moment known from another; false when it had ended before. */
export async function killAt(point: KillPoint, run: CliChild, other: CliChild): Promise<boolean> {
  const count = Math.floor(point.events * other.events.length);
  await run.reaches(count);
  const since = count === 0 ? 0 : (other.times[count - 1] ?? 0);
  await Promise.race([sleep(point.between * ((other.times[count] ?? since) - since)), run.ended]);
  const killed = run.kill("SIGKILL");
  await run.ended;
  return killed;
}
