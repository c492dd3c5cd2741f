import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ImageSpecError } from "@imagespec/registry";
import type { Cluster } from "./cluster.ts";
import { KubeRefusal } from "./cluster.ts";
import { type JobTask, jobManifest } from "./job-manifest.ts";
import { jobMounts, type MountContents } from "./job-mounts.ts";
import type { JobSlots } from "./job-slots.ts";
import { isFinished, type KubeJob } from "./kube-objects.ts";

export interface WantedJob {
  task: Omit<JobTask, "mountsName">;
  contents: MountContents;
  /** Whether the result of a finished Job may be used; otherwise a new Job replaces it. */
  reuseFinished: (job: KubeJob) => Promise<boolean>;
  slots: JobSlots;
  /** Told once where the Job has to wait until others have ended. */
  log: (line: string) => void;
  signal: AbortSignal;
}

export interface RunningJob {
  name: string;
  uid: string;
  /** Name of its Secret and its ConfigMap. */
  mountsName: string;
  /** True when the Job existed before this call. */
  found: boolean;
}

/** How long to wait before asking again whether a Job that is being deleted is gone. */
const DELETION_PAUSE_MS = 500;
/** How long the deletion of a Job may take, in milliseconds: its Pod has 30 s to end. */
const LONGEST_DELETION_MS = 120_000;

/**
 * The one Job for a platform of an image: an unfinished one that exists, a finished one whose result can be used, else
 * a new one. The Job is created before the Secret and the ConfigMap it mounts, because it owns them; if a client dies
 * in between, the next one creates what is missing.
 */
export async function ensureJob(cluster: Cluster, wanted: WantedJob): Promise<RunningJob> {
  const path = cluster.path("jobs", wanted.task.name);
  for (;;) {
    wanted.signal.throwIfAborted();
    const job = await cluster.get<KubeJob>(path);
    if (job?.metadata.deletionTimestamp !== undefined) {
      checkDeletion(job);
      await sleep(DELETION_PAUSE_MS);
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

/** @throws ImageSpecError E_KUBERNETES for a Job whose deletion somebody holds up. */
function checkDeletion({ metadata }: KubeJob): void {
  const { name = "", deletionTimestamp = "", finalizers = [] } = metadata;
  if (!(Date.now() - Date.parse(deletionTimestamp) > LONGEST_DELETION_MS)) return;
  const by = finalizers.length === 0 ? "" : `, held up by ${finalizers.join(", ")}`;
  throw new ImageSpecError(
    "E_KUBERNETES",
    `The Job ${name} of an earlier build is being deleted since ${deletionTimestamp}${by}`,
    {
      hint: `See to what holds it up, or take its finalizers out with \`kubectl edit job ${name}\`.`,
      details: { job: name },
    },
  );
}

async function create(cluster: Cluster, wanted: WantedJob): Promise<RunningJob | undefined> {
  const { task, slots, log, signal } = wanted;
  const mountsName = `${task.name}-${randomBytes(4).toString("hex")}`;
  const manifest = jobManifest({ ...task, mountsName });
  // Throws for contents that are too large, before anything is created.
  jobMounts({ ...task, mountsName }, wanted.contents, "");
  const start = () => cluster.create<KubeJob>(cluster.path("jobs"), manifest);
  let job: KubeJob;
  try {
    const { maxJobs: limit } = task.options;
    const waits = (unfinished: number) =>
      log(`The Job ${task.name} waits: ${unfinished} of at most ${limit} Jobs (maxJobs) are unfinished.`);
    job = await slots.take(cluster, { limit, signal, waits, start });
  } catch (error) {
    // Another client created the Job in the meantime: it is used.
    if (error instanceof KubeRefusal && error.status === 409) return undefined;
    // Where the answer was lost, the Job may be there all the same.
    if (!(error instanceof KubeRefusal)) await deleteUnanswered(cluster, task.name, mountsName).catch(() => undefined);
    throw error;
  }
  try {
    signal.throwIfAborted();
    return await complete(cluster, wanted, job, false);
  } catch (error) {
    // A Job without its mounts, or without anybody who waits for it, would only wait until its deadline.
    const started = { name: task.name, uid: job.metadata.uid ?? "", mountsName, found: false };
    await deleteJob(cluster, started).catch(() => undefined);
    throw error;
  }
}

/** Deletes a Job that this client asked for without an answer: one with these mounts, whose name nobody else has. */
async function deleteUnanswered(cluster: Cluster, name: string, mountsName: string): Promise<void> {
  const path = cluster.path("jobs", name);
  const job = await cluster.get<KubeJob>(path);
  if (job !== undefined && mountsNameOf(job) === mountsName) await cluster.delete(path, job.metadata.uid);
}

/** Creates the Job's Secret and ConfigMap, unless they exist. */
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

/** The name has a random part for each Job, so that mounts left by an earlier Job of the same name are never used. */
function mountsNameOf(job: KubeJob): string {
  const volumes = job.spec?.template?.spec?.volumes ?? [];
  return volumes.find(({ configMap }) => configMap?.name !== undefined)?.configMap?.name ?? job.metadata.name ?? "";
}

/** Deletes the Job and what it owns. What does not exist any more is not an error. */
export async function deleteJob(cluster: Cluster, job: RunningJob): Promise<void> {
  // The Job comes first: once it is gone, nothing mounts the others.
  const results = await Promise.allSettled([
    cluster.delete(cluster.path("jobs", job.name), job.uid),
    cluster.delete(cluster.path("secrets", job.mountsName)),
    cluster.delete(cluster.path("configmaps", job.mountsName)),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
