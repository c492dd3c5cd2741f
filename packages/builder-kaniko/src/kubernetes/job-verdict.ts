import type { BuildPlan } from "@imagespec/core/builder";
import { type Instruction, lastLines } from "@imagespec/dockerfile";
import { ImageSpecError, isSha256Digest } from "@imagespec/registry";
import { executorFailure, noImage } from "../executor/failure.ts";
import { CONTAINER } from "./job-manifest.ts";
import {
  holding,
  type KubeCondition,
  type KubeContainerStatus,
  type KubeEvent,
  type KubeJob,
  type KubePod,
} from "./kube-objects.ts";

/** What is known of a Job at one moment. */
export interface JobSnapshot {
  job: KubeJob;
  pods: readonly KubePod[];
  /** Warnings about the Job, asked for when it has no Pod. */
  events: readonly KubeEvent[];
  plan: BuildPlan;
  platform: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Seconds a Pod may take to start. */
  startTimeout: number;
  /** The last lines of the log, redacted. */
  tail: readonly string[];
  /** The instruction the log named last. */
  instruction?: Instruction | undefined;
  /** Takes secrets out of a text the cluster kept. */
  clean(text: string): string;
}

export type JobVerdict =
  | { state: "waiting" }
  | { state: "succeeded"; digest: string }
  | { state: "failed"; error: ImageSpecError };

/** Reasons for a waiting container that do not go away by themselves, each with what to do. */
const PERMANENT = new Map(
  Object.entries({
    ImagePullBackOff: "Check builderOptions.image, that nodes reach its registry, and imagePullSecrets.",
    InvalidImageName: "Correct builderOptions.image.",
    ErrImageNeverPull: "Correct builderOptions.image, or the node's pull policy.",
    CreateContainerError: "Check builderOptions.kubernetes.securityContext.",
    RunContainerError: "Check builderOptions.image and builderOptions.kubernetes.securityContext.",
  }),
);

/** How long the other containers of a Pod may take to end after the executor, in milliseconds. */
const JOB_GRACE_MS = 10_000;

/** Whether a Job is done, and how; pure. The Job says whether it failed, its Pod says why. */
export function judgeJob(snapshot: JobSnapshot): JobVerdict {
  const pod = snapshot.pods.toSorted((a, b) => (time(a) < time(b) ? 1 : -1))[0];
  if (holding(snapshot.job, "Complete") !== undefined) return succeeded(snapshot);
  const condition = holding(snapshot.job, "Failed");
  if (condition !== undefined) return failed(snapshot, condition, pod);
  if (pod === undefined) return withoutPod(snapshot);
  return outlived(snapshot, pod) ?? stuck(snapshot, pod) ?? { state: "waiting" };
}

function succeeded(snapshot: JobSnapshot): JobVerdict {
  for (const pod of snapshot.pods) {
    const message = container(pod)?.state?.terminated?.message?.trim() ?? "";
    if (isSha256Digest(message)) return { state: "succeeded", digest: message };
  }
  return { state: "failed", error: noImage(subject(snapshot), snapshot.platform, snapshot.tail) };
}

/**
 * The executor has ended, and its Job has not: a container that was put beside it, such as a mesh's proxy, may run for
 * ever.
 */
function outlived(snapshot: JobSnapshot, pod: KubePod): JobVerdict | undefined {
  const terminated = container(pod)?.state?.terminated;
  const statuses = pod.status?.containerStatuses ?? [];
  const isBeside = statuses.some(({ name, state }) => name !== CONTAINER && state?.running !== undefined);
  // The Pod of a node that is drained is made anew elsewhere.
  if (terminated === undefined || !isBeside || pod.metadata.deletionTimestamp !== undefined) return undefined;
  if (!(snapshot.now - Date.parse(terminated.finishedAt ?? "") > JOB_GRACE_MS)) return undefined;
  return terminated.exitCode === 0 ? succeeded(snapshot) : failed(snapshot, { type: "Failed", status: "True" }, pod);
}

function failed(snapshot: JobSnapshot, condition: KubeCondition, pod: KubePod | undefined): JobVerdict {
  const terminated = pod === undefined ? undefined : container(pod)?.state?.terminated;
  if (condition.reason === "DeadlineExceeded") {
    return problem(snapshot, "took longer than its deadline", condition.message, "Raise builderOptions.timeout.");
  }
  if (pod?.status?.reason !== undefined && terminated === undefined) {
    const hint = "Give the build resources.requests that the node can keep, and build again.";
    return problem(snapshot, `lost its Pod: ${pod.status.reason}`, pod.status.message, hint);
  }
  if (terminated === undefined) {
    return problem(snapshot, `failed: ${condition.reason ?? "unknown"}`, condition.message, "Build again.");
  }
  // The log may be missing, for lack of rights or time; the Pod's status holds its last lines.
  const kept = snapshot
    .clean(terminated.message ?? "")
    .split("\n")
    .filter((line) => line !== "" && !isSha256Digest(line));
  const error = executorFailure({
    subject: subject(snapshot),
    plan: snapshot.plan,
    platform: snapshot.platform,
    exitCode: terminated.exitCode,
    outOfMemory: terminated.reason === "OOMKilled",
    reason: pod?.status?.reason && `${pod.status.reason}: ${pod.status.message ?? ""}`,
    instruction: snapshot.instruction,
    tail: snapshot.tail.length > 0 ? snapshot.tail : kept,
  });
  return { state: "failed", error };
}

/** No Pod was made: the namespace's rules say why, and only a quota can change by itself. */
function withoutPod(snapshot: JobSnapshot): JobVerdict {
  const event = snapshot.events.find(({ reason }) => reason === "FailedCreate");
  const quota = /exceeded quota/.test(event?.message ?? "");
  if (event !== undefined && !quota) {
    const hint = "Ask the cluster's administrator what Pods this namespace admits; see kubernetes.securityContext.";
    return problem(snapshot, "is not allowed to create its Pod", event.message, hint);
  }
  if (!overdue(snapshot, snapshot.job.metadata.creationTimestamp)) return { state: "waiting" };
  const hint = "Wait for other builds, or raise builderOptions.kubernetes.startTimeout.";
  const suspended = holding(snapshot.job, "Suspended");
  if (suspended !== undefined) {
    const cure = `See to what queues Jobs in this namespace. ${hint}`;
    return problem(snapshot, "got no Pod: it is suspended", suspended.message, cure);
  }
  return problem(snapshot, quota ? "got no Pod: a quota is used up" : "got no Pod", event?.message, hint);
}

function stuck(snapshot: JobSnapshot, pod: KubePod): JobVerdict | undefined {
  const status = container(pod);
  const waiting = status?.state?.waiting;
  const reason = waiting?.reason ?? "";
  const hint = PERMANENT.get(reason);
  if (hint !== undefined) return problem(snapshot, `cannot start: ${reason}`, waiting?.message, hint);
  const started = status?.state?.running !== undefined || status?.state?.terminated !== undefined;
  if (started || !overdue(snapshot, pod.metadata.creationTimestamp)) return undefined;
  const scheduling = pod.status?.conditions?.find(
    ({ type, status: value }) => type === "PodScheduled" && value === "False",
  );
  if (scheduling !== undefined) {
    const cure = "Check resources, nodeSelector and tolerations, and that a node has the platform.";
    return problem(snapshot, `cannot be scheduled: ${scheduling.reason ?? ""}`, scheduling.message, cure);
  }
  const cure = "Raise kubernetes.startTimeout, or look at the Pod.";
  return problem(snapshot, `did not start: ${reason}`, waiting?.message, cure);
}

function problem(snapshot: JobSnapshot, what: string, message: string | undefined, hint: string): JobVerdict {
  const { job, platform, tail } = snapshot;
  const because = message === undefined || message === "" ? "" : `: ${message}`;
  const said = `${subject(snapshot)} ${what}${because} (${platform})${lastLines(tail)}`;
  const details = { job: job.metadata.name, platform, message, tail: [...tail] };
  return { state: "failed", error: new ImageSpecError("E_KUBERNETES", said, { hint, details }) };
}

function subject({ job }: JobSnapshot): string {
  return `The Job ${job.metadata.name}`;
}

function container(pod: KubePod): KubeContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER);
}

function overdue({ now, startTimeout }: JobSnapshot, since: string | undefined): boolean {
  return since !== undefined && now - Date.parse(since) > startTimeout * 1000;
}

function time({ metadata }: KubePod): number {
  return Date.parse(metadata.creationTimestamp ?? "") || 0;
}
