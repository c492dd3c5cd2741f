import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { ignoreMissing, type KubeAdmin, type KubeObject } from "./kube-admin.ts";
import { type LogServer, startLogServer } from "./log-server.ts";
import { type RunningPod, runPod } from "./run-pod.ts";

/** Annotation of a Job that makes its Pod end in a way that no small test can bring about for real. */
export const FAULT = "stand-in/fault";
const NODE = "stand-in";
const LOOK_AGAIN = 150;

/**
 * What a cluster does with Jobs, reduced to what a build needs: makes each Job's Pod, runs its container through
 * docker, reports the status, ends overdue Jobs, removes finished ones after their time and all that belongs to a Job
 * that is gone. No kubelet: that one changes the machine it runs on.
 */
export class StandInNode {
  /** Names of all Jobs ever seen, with the uid of each. */
  readonly seen = new Map<string, Set<string>>();
  /** The most Jobs that were unfinished at one time. */
  mostUnfinished = 0;
  readonly #admin: KubeAdmin;
  readonly #docker: Docker;
  readonly #namespace: string;
  readonly #running = new Map<string, RunningPod>();
  readonly #containers = new Map<string, Docker.Container>();
  readonly #begun = new Set<string>();
  #logs: LogServer | undefined;
  #loop: Promise<void> | undefined;
  #stopped = false;

  constructor(admin: KubeAdmin, docker: Docker, namespace: string) {
    this.#admin = admin;
    this.#docker = docker;
    this.#namespace = namespace;
  }

  async start(): Promise<void> {
    this.#logs = await startLogServer(this.#docker, (pod) => this.#containers.get(pod));
    await this.#admin.remove(`/api/v1/nodes/${NODE}`);
    await this.#admin.create("/api/v1/nodes", { metadata: { name: NODE } });
    await this.#admin.patchStatus(`/api/v1/nodes/${NODE}`, {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: this.#logs.port } },
    });
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
    for (const { container } of this.#running.values()) await container.remove({ force: true }).catch(() => undefined);
    for (const container of this.#containers.values()) await container.remove({ force: true }).catch(() => undefined);
    this.#logs?.server.close();
    this.#logs?.server.closeAllConnections();
    await this.#admin.remove(`/api/v1/nodes/${NODE}`);
  }

  #jobs(name = ""): string {
    return `/apis/batch/v1/namespaces/${this.#namespace}/jobs${name && `/${name}`}`;
  }

  #core(kind: string, name = ""): string {
    return `/api/v1/namespaces/${this.#namespace}/${kind}${name && `/${name}`}`;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#look();
      } catch (error) {
        console.error("stand-in node:", error);
      }
      await sleep(LOOK_AGAIN);
    }
  }

  async #look(): Promise<void> {
    const jobs = await this.#admin.list(this.#jobs());
    const unfinished = jobs.filter((job) => !finishedAt(job));
    this.mostUnfinished = Math.max(this.mostUnfinished, unfinished.length);
    for (const job of jobs) {
      const { name, uid } = job.metadata;
      this.seen.set(name, (this.seen.get(name) ?? new Set()).add(uid));
      if (!this.#begun.has(uid)) {
        this.#begun.add(uid);
        this.#work(job).catch((error) => this.#failed(name, error));
      }
      const since = (time: string) => (Date.now() - Date.parse(time)) / 1000;
      if (!finishedAt(job) && since(job.metadata.creationTimestamp) > job.spec.activeDeadlineSeconds) {
        await this.#finish(job, {
          reason: "DeadlineExceeded",
          message: "Job was active longer than specified deadline",
        });
      }
      const finished = finishedAt(job);
      if (finished && since(finished) > job.spec.ttlSecondsAfterFinished) await this.#admin.remove(this.#jobs(name));
    }
    await this.#collect();
  }

  /** A Job that is deleted takes its Pod and container away from under the work. */
  async #failed(name: string, error: unknown): Promise<void> {
    const left = await this.#admin.get(this.#jobs(name)).catch(() => undefined);
    if (left !== undefined) console.error(`stand-in node, ${name}:`, error);
  }

  /** Removes what belonged to Jobs that are gone. Jobs are looked at last: they are made before what they own. */
  async #collect(): Promise<void> {
    const kinds = ["pods", "secrets", "configmaps"];
    const lists = await Promise.all(
      kinds.map(async (kind) => [kind, await this.#admin.list(this.#core(kind))] as const),
    );
    const alive = new Set((await this.#admin.list(this.#jobs())).map((job) => job.metadata.uid));
    for (const [kind, objects] of lists) {
      for (const { metadata } of objects) {
        const owners: { kind: string; uid: string }[] = metadata.ownerReferences ?? [];
        if (!owners.some((owner) => owner.kind === "Job" && !alive.has(owner.uid))) continue;
        await this.#admin.remove(this.#core(kind, metadata.name));
        await this.#running
          .get(metadata.name)
          ?.container.remove({ force: true })
          .catch(() => undefined);
      }
    }
  }

  async #work(job: KubeObject): Promise<void> {
    const fault = job.metadata.annotations?.[FAULT];
    if (fault === "no pod") return this.#refusePod(job);
    const { name, uid } = job.metadata;
    const labels = { ...job.spec.template.metadata.labels, "job-name": name, "batch.kubernetes.io/job-name": name };
    const owner = { apiVersion: "batch/v1", kind: "Job", name, uid, controller: true };
    const podName = `${name}-${uid.slice(0, 5)}`;
    const pod = await this.#admin.create(this.#core("pods"), {
      metadata: { name: podName, labels, ownerReferences: [owner] },
      spec: { ...job.spec.template.spec, ...(fault === "Unschedulable" ? {} : { nodeName: NODE }) },
    });
    await this.#status(job, { active: 1, startTime: new Date().toISOString() });
    await (fault === undefined ? this.#runPod(job, pod) : this.#pretend(job, pod, fault));
  }

  async #runPod(job: KubeObject, pod: KubeObject): Promise<void> {
    const { name } = pod.metadata;
    const running = await runPod(this.#docker, this.#admin, pod);
    this.#running.set(name, running);
    this.#containers.set(name, running.container);
    await this.#podStatus(name, "Running", { running: { startedAt: new Date().toISOString() } });
    const end = await running.ended;
    await this.#ended(job, name, end);
  }

  async #ended(
    job: KubeObject,
    pod: string,
    end: { exitCode: number; reason: string; message: string },
  ): Promise<void> {
    const terminated = { ...end, startedAt: new Date().toISOString(), finishedAt: new Date().toISOString() };
    await this.#podStatus(pod, end.exitCode === 0 ? "Succeeded" : "Failed", { terminated });
    await this.#finish(
      job,
      end.exitCode === 0 ? undefined : { reason: "BackoffLimitExceeded", message: "has reached the limit" },
    );
  }

  async #pretend(job: KubeObject, pod: KubeObject, fault: string): Promise<void> {
    const { name } = pod.metadata;
    if (fault.startsWith("tags ")) {
      await this.#podStatus(name, "Running", { running: { startedAt: new Date().toISOString() } });
      const message = await tagAs(fault.slice("tags ".length), pod.spec.containers[0].args);
      return this.#ended(job, name, { exitCode: 0, reason: "Completed", message });
    }
    if (fault === "no digest") return this.#ended(job, name, { exitCode: 0, reason: "Completed", message: "" });
    if (fault === "ImagePullBackOff") {
      return this.#podStatus(name, "Pending", { waiting: { reason: fault, message: "Back-off pulling image" } });
    }
    if (fault === "Unschedulable") {
      const message = "0/1 nodes are available: 1 Insufficient memory.";
      const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
      return this.#admin.patchStatus(this.#core("pods", name), { conditions });
    }
    if (fault === "never") return;
    if (fault !== "Evicted") throw new Error(`unknown fault ${fault}`);
    const message = "The node was low on resource: ephemeral-storage.";
    await this.#admin.patchStatus(this.#core("pods", name), { phase: "Failed", reason: fault, message });
    await this.#finish(job, { reason: "BackoffLimitExceeded", message: "has reached the limit" });
  }

  async #refusePod(job: KubeObject): Promise<void> {
    const { name, uid } = job.metadata;
    await this.#admin.create(this.#core("events"), {
      metadata: { generateName: "stand-in-" },
      involvedObject: { kind: "Job", namespace: this.#namespace, name, uid, apiVersion: "batch/v1" },
      type: "Warning",
      reason: "FailedCreate",
      message: 'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
    });
  }

  async #podStatus(name: string, phase: string, state: object): Promise<void> {
    const { spec } = await this.#admin.get(this.#core("pods", name));
    const status = {
      name: "kaniko",
      image: spec.containers[0].image,
      imageID: "",
      ready: false,
      restartCount: 0,
      state,
    };
    await this.#admin.patchStatus(this.#core("pods", name), { phase, containerStatuses: [status] });
  }

  async #finish(job: KubeObject, failure: { reason: string; message: string } | undefined): Promise<void> {
    const time = new Date().toISOString();
    const condition = (type: string) => ({
      type,
      status: "True",
      lastTransitionTime: time,
      lastProbeTime: time,
      ...failure,
    });
    const { startTime = time } = (await this.#admin.get(this.#jobs(job.metadata.name))).status;
    await this.#status(
      job,
      failure === undefined
        ? {
            startTime,
            active: 0,
            succeeded: 1,
            completionTime: time,
            conditions: [condition("SuccessCriteriaMet"), condition("Complete")],
          }
        : { startTime, active: 0, failed: 1, conditions: [condition("FailureTarget"), condition("Failed")] },
    );
  }

  /** A Job that was deleted meanwhile has no status to report. */
  async #status(job: KubeObject, status: object): Promise<void> {
    await this.#admin
      .patchStatus(this.#jobs(job.metadata.name), { ...status, ready: 0, uncountedTerminatedPods: {} })
      .catch(ignoreMissing);
  }
}

/** Instead of a build: puts an image that is there under the tag the build would push. Returns its digest. */
async function tagAs(image: string, args: string[]): Promise<string> {
  const [name = "", from = ""] = image.split(/:(?=[^:]*$)/);
  const url = `http://${name.replace("/", "/v2/")}/manifests`;
  const to = args.find((argument) => argument.startsWith("--destination="))?.replace(/^.*:/, "");
  const type = "application/vnd.oci.image.manifest.v1+json";
  for (let tries = 1; ; tries++) {
    const seed = await fetch(`${url}/${from}`, { headers: { accept: type } });
    const body = await seed.arrayBuffer();
    const put = { method: "PUT", headers: { "content-type": type }, body };
    const answer = seed.ok ? await fetch(`${url}/${to}`, put) : seed;
    if (answer.ok) return answer.headers.get("docker-content-digest") ?? "";
    // Debian's registry sometimes fails when one manifest is read and written concurrently.
    if (tries === 20) throw new Error(`${url}/${to}: ${answer.status}`);
    await sleep(50 * tries);
  }
}

function finishedAt(job: KubeObject): string | undefined {
  const conditions: { type: string; status: string; lastTransitionTime: string }[] = job.status?.conditions ?? [];
  return conditions.find(({ type, status }) => status === "True" && ["Complete", "Failed"].includes(type))
    ?.lastTransitionTime;
}
