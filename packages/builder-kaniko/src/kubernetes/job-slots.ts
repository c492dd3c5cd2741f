import type { Cluster } from "./cluster.ts";
import { MANAGED_BY } from "./job-manifest.ts";
import { isFinished, type KubeJob } from "./kube-objects.ts";

/** How often a client that waits for its turn looks again, in milliseconds. */
const LOOK_AGAIN_MS = 1000;

/**
 * Lets Jobs start one after the other and only while fewer than the limit are unfinished in the namespace: those of
 * other clients and of earlier runs of this one count. First come, first served.
 */
export class JobSlots {
  #turn: Promise<unknown> = Promise.resolve();

  /** Runs `start` when there is room; rejects when `signal` aborts before. What was started is waited for in any case. */
  take<T>(cluster: Cluster, limit: number, signal: AbortSignal, start: () => Promise<T>): Promise<T> {
    let started = false;
    const mine = this.#turn.then(async () => {
      while ((await unfinished(cluster)) >= limit) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
      signal.throwIfAborted();
      started = true;
      return start();
    });
    this.#turn = mine.catch(() => undefined);
    // A caller that is cancelled leaves at once; its turn, when it comes, goes to the next. One whose Job is being created
    // stays to learn what became of it, since nobody else would delete that Job.
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
