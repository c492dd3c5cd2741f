import { randomBytes } from "node:crypto";
import type { Cluster } from "./cluster.ts";
import { KubeRefusal } from "./cluster.ts";
import { type JobTask, jobManifest } from "./job-manifest.ts";
import { jobMounts, type MountContents } from "./job-mounts.ts";
import { isFinished, type JobSlots } from "./job-slots.ts";
import type { KubeJob } from "./kube-objects.ts";

export interface WantedJob {
  task: Omit<JobTask, "mountsName">;
  contents: MountContents;
  /** Whether what a Job under this name has finished with may be taken, or a new one must run. */
  reuseFinished: (job: KubeJob) => Promise<boolean>;
  slots: JobSlots;
  signal: AbortSignal;
}

export interface RunningJob {
  name: string;
  uid: string;
  /** Name of its Secret and its ConfigMap. */
  mountsName: string;
  /** True when it was there before. */
  found: boolean;
}

const PAUSE = 500;

/**
 * The one Job for an image's platform: the unfinished one that is there, a finished one that is still good, else a new
 * one. A Job is made first and what it mounts after it, as its property; where a client was lost in between, the next
 * one makes what is missing.
 */
export async function ensureJob(cluster: Cluster, wanted: WantedJob): Promise<RunningJob> {
  const path = cluster.path("jobs", wanted.task.name);
  for (;;) {
    wanted.signal.throwIfAborted();
    const job = await cluster.get<KubeJob>(path);
    if (job?.metadata.deletionTimestamp !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    } else if (job === undefined) {
      const started = await create(cluster, wanted);
      if (started !== undefined) return started;
    } else if (!isFinished(job)) {
      return complete(cluster, wanted, job, true);
    } else if (await wanted.reuseFinished(job)) {
      return { name: wanted.task.name, uid: job.metadata.uid ?? "", mountsName: mountsNameOf(job), found: true };
    } else {
      await cluster.delete(path, job.metadata.uid);
    }
  }
}

async function create(cluster: Cluster, wanted: WantedJob): Promise<RunningJob | undefined> {
  const { task, slots, signal } = wanted;
  const mountsName = `${task.name}-${randomBytes(4).toString("hex")}`;
  const manifest = jobManifest({ ...task, mountsName });
  // Too large is known before anything is made.
  jobMounts({ ...task, mountsName }, wanted.contents, "");
  const start = () => cluster.create<KubeJob>(cluster.path("jobs"), manifest);
  let job: KubeJob;
  try {
    job = await slots.take(cluster, task.options.maxJobs, signal, start);
  } catch (error) {
    // Another client was faster: its Job is ours.
    if (error instanceof KubeRefusal && error.status === 409) return undefined;
    throw error;
  }
  try {
    return await complete(cluster, wanted, job, false);
  } catch (error) {
    // Without what it mounts it would wait for its deadline.
    const started = { name: task.name, uid: job.metadata.uid ?? "", mountsName, found: false };
    await deleteJob(cluster, started).catch(() => undefined);
    throw error;
  }
}

/** Makes the Job's Secret and ConfigMap, unless they are there. */
async function complete(cluster: Cluster, wanted: WantedJob, job: KubeJob, found: boolean): Promise<RunningJob> {
  const mountsName = mountsNameOf(job);
  const uid = job.metadata.uid ?? "";
  const { secret, configMap } = jobMounts({ ...wanted.task, mountsName }, wanted.contents, uid);
  for (const [kind, object] of [
    ["configmaps", configMap],
    ["secrets", secret],
  ] as const) {
    try {
      await cluster.create(cluster.path(kind), object);
    } catch (error) {
      if (!(error instanceof KubeRefusal && error.reason === "AlreadyExists")) throw error;
    }
  }
  return { name: wanted.task.name, uid, mountsName, found };
}

/** The name is a Job's own, so that what an earlier Job of the same name left is never taken for this one's. */
function mountsNameOf(job: KubeJob): string {
  const volumes = job.spec?.template?.spec?.volumes ?? [];
  return volumes.find(({ configMap }) => configMap?.name !== undefined)?.configMap?.name ?? job.metadata.name ?? "";
}

/** Deletes the Job and all it has. What is gone already is fine. */
export async function deleteJob(cluster: Cluster, job: RunningJob): Promise<void> {
  // The Job first: without it nothing mounts the others any more.
  const results = await Promise.allSettled([
    cluster.delete(cluster.path("jobs", job.name), job.uid),
    cluster.delete(cluster.path("secrets", job.mountsName)),
    cluster.delete(cluster.path("configmaps", job.mountsName)),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
