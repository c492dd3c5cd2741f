import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { MANAGED_BY } from "./job-manifest.ts";
import { isFinished, type KubeJob } from "./kube-objects.ts";

/** Whose turn it is, and what it does then. */
export interface JobTurn<T> {
  /** How many unfinished Jobs there may be with the one that is started. */
  limit: number;
  signal: AbortSignal;
  /** Called once where there is no room, with the number of unfinished Jobs. */
  waits(unfinished: number): void;
  start(): Promise<T>;
}

/** How often a client that waits for its turn looks again, in milliseconds. */
const LOOK_AGAIN_MS = 1000;

/**
 * Lets Jobs start one after the other and only while fewer than the limit are unfinished in the namespace: those of
 * other clients and of earlier runs of this one count. First come, first served.
 */
export class JobSlots {
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Runs `start` when there is room; rejects when `signal` aborts before. What was started is waited for in any case.
   */
  take<T>(cluster: Cluster, { limit, signal, waits, start }: JobTurn<T>): Promise<T> {
    let started = false;
    const mine = this.#turn.then(async () => {
      let told = false;
      for (let busy = await unfinished(cluster); busy >= limit; busy = await unfinished(cluster)) {
        signal.throwIfAborted();
        if (!told) waits(busy);
        told = true;
        await sleep(LOOK_AGAIN_MS);
      }
      signal.throwIfAborted();
      started = true;
      return start();
    });
    this.#turn = mine.catch(() => undefined);
    // A caller that is cancelled leaves at once; its turn, when it comes, goes to the next. One whose Job is being
    // created stays to learn what became of it, since nobody else would delete that Job.
    const givenUp = new Promise<never>((_, reject) => {
      const give = () => {
        if (!started) reject(signal.reason);
      };
      signal.addEventListener("abort", give, { once: true });
      this.#turn.then(() => signal.removeEventListener("abort", give));
      if (signal.aborted) give();
    });
    return Promise.race([mine, givenUp]);
  }
}

async function unfinished(cluster: Cluster): Promise<number> {
  const labelSelector = Object.entries(MANAGED_BY)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
  const jobs = (await cluster.get<{ items: KubeJob[] }>(cluster.path("jobs"), { labelSelector }))?.items ?? [];
  return jobs.filter((job) => !isFinished(job)).length;
}
