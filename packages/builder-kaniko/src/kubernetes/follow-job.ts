import { setTimeout as sleep } from "node:timers/promises";
import type { BuildPlan } from "@imagespec/core/builder";
import type { ExecutorLog } from "../executor/log.ts";
import { type Cluster, mayPass } from "./cluster.ts";
import { CONTAINER } from "./job-manifest.ts";
import { judgeJob } from "./job-verdict.ts";
import type { KubeEvent, KubeJob, KubePod } from "./kube-objects.ts";

/** How often the state is read again when the watch reports nothing, in milliseconds. */
const LOOK_AGAIN_MS = 5000;
/** How long to wait before the API is asked again that did not answer, in milliseconds. */
const RETRY_MS = 1000;
/** How long the API may be out of reach, as while it is upgraded, before the build is given up, in milliseconds. */
const OUTAGE_MS = 120_000;
/** How long to wait for the rest of a log after the end, in milliseconds. */
const LOG_GRACE_MS = 10_000;

export interface FollowOptions {
  name: string;
  plan: BuildPlan;
  platform: string;
  /** Seconds. */
  startTimeout: number;
  log: ExecutorLog;
  signal: AbortSignal;
}

/**
 * Follows a Job to its end: watches it and its Pods, and passes on its log. An event of a watch is only a reason to
 * read the state again, so an event that was missed while a connection was down does no harm; nor does an API that is
 * out of reach for a while, since the Job goes on without it.
 *
 * @returns the image's digest; undefined when the Job is gone.
 * @throws ImageSpecError E_BUILD and its kin, E_KUBERNETES.
 */
export async function followJob(cluster: Cluster, options: FollowOptions): Promise<string | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const change = new Change();
  const jobPods = { labelSelector: `batch.kubernetes.io/job-name=${options.name}` };
  const watches = [
    watch({ cluster, change, signal }, "jobs", { fieldSelector: `metadata.name=${options.name}` }),
    watch({ cluster, change, signal }, "pods", jobPods),
  ];
  const logs = new Map<string, Promise<void>>();
  let answered = Date.now();
  const read = async () => {
    const job = await cluster.get<KubeJob>(cluster.path("jobs", options.name));
    const pods = job && (await cluster.get<{ items: KubePod[] }>(cluster.path("pods"), jobPods));
    answered = Date.now();
    return { job, pods: pods?.items ?? [] };
  };
  try {
    for (;;) {
      options.signal.throwIfAborted();
      const state = await read().catch((error: unknown) => {
        if (!mayPass(error) || Date.now() - answered > OUTAGE_MS) throw error;
      });
      if (state === undefined) {
        await pause(RETRY_MS, options.signal);
        continue;
      }
      const { job, pods } = state;
      if (job === undefined) return undefined;
      for (const pod of pods) followLog({ cluster, log: options.log, signal }, pod, logs);
      const look = async () => {
        const events = pods.length === 0 ? await eventsOf(cluster, options.name) : [];
        const { plan, platform, startTimeout, log } = options;
        const { tail, instruction } = log;
        const clean = (text: string) => log.clean(text);
        return judgeJob({ job, pods, events, plan, platform, startTimeout, now: Date.now(), tail, instruction, clean });
      };
      let verdict = await look();
      if (verdict.state !== "waiting") {
        await Promise.race([Promise.all(logs.values()), pause(LOG_GRACE_MS, signal)]);
        verdict = await look();
      }
      if (verdict.state === "failed") throw verdict.error;
      if (verdict.state === "succeeded") return verdict.digest;
      await change.within(LOOK_AGAIN_MS, options.signal);
    }
  } finally {
    stop.abort();
    await Promise.allSettled([...watches, ...logs.values()]);
  }
}

/** Keeps a watch open until `signal`; where it is refused (no right to watch), polling goes on. */
async function watch(
  { cluster, change, signal }: { cluster: Cluster; change: Change; signal: AbortSignal },
  kind: "jobs" | "pods",
  selector: Record<string, string>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const query = { ...selector, watch: "true", timeoutSeconds: "240" };
      for await (const _ of cluster.stream(cluster.path(kind), query, signal)) change.happened();
    } catch {
      // Looked at again below.
    }
    await pause(RETRY_MS, signal);
  }
}

/** Passes on the log of a Pod once, from its start, when its container has started. */
function followLog(
  { cluster, log, signal }: { cluster: Cluster; log: ExecutorLog; signal: AbortSignal },
  pod: KubePod,
  logs: Map<string, Promise<void>>,
): void {
  const name = pod.metadata.name ?? "";
  const state = pod.status?.containerStatuses?.find((status) => status.name === CONTAINER)?.state;
  if (logs.has(name) || (state?.running === undefined && state?.terminated === undefined)) return;
  const follow = async () => {
    const query = { follow: "true", container: CONTAINER };
    for await (const chunk of cluster.stream(`${cluster.path("pods", name)}/log`, query, signal)) {
      log.write("stderr", chunk);
    }
  };
  // The build goes on without its log: digest and last lines come from the Pod's status.
  logs.set(
    name,
    follow().catch(() => undefined),
  );
}

async function eventsOf(cluster: Cluster, job: string): Promise<KubeEvent[]> {
  const fieldSelector = `involvedObject.kind=Job,involvedObject.name=${job},type=Warning`;
  try {
    return (await cluster.get<{ items: KubeEvent[] }>(cluster.path("events"), { fieldSelector }))?.items ?? [];
  } catch {
    // The right to read events is optional: only the reason for a missing Pod is then unknown.
    return [];
  }
}

/** Tells one waiter that something changed since it last looked. */
class Change {
  #next = Promise.withResolvers<void>();

  happened(): void {
    this.#next.resolve();
  }

  async within(milliseconds: number, signal: AbortSignal): Promise<void> {
    await Promise.race([this.#next.promise, pause(milliseconds, signal)]);
    this.#next = Promise.withResolvers();
  }
}

/** Ends early, without an error, when cancelled. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
