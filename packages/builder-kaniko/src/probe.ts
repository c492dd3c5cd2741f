import { setTimeout as sleep } from "node:timers/promises";
import { ContainerEngine } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { isImageSpecError, type Probe } from "@imagespec/core/builder";
import { EXECUTOR, localRefusal } from "./executor/local-executor.ts";
import { connectCluster } from "./kubernetes/cluster.ts";
import type { KanikoOptions, KubernetesOptions } from "./options.ts";

/** How long a cluster may take to answer, in milliseconds: one that does not is asked again by the build. */
const CLUSTER_TIME_MS = 1500;
/** How long an engine may take: on a busy machine it takes seconds. */
const ENGINE_TIME_MS = 5000;

/** Finds out whether the place a mode builds in is there. Many builds at once ask one cluster once. */
export class Prober {
  readonly #clusters = new Map<string, Promise<Probe>>();

  /** Takes up to 5 s, and never throws. */
  async probe({ mode, kubernetes }: KanikoOptions): Promise<Probe> {
    if (mode === "docker") return probeEngine();
    if (mode === "executor") return probeLocalExecutor();
    const key = JSON.stringify([kubernetes.kubeconfig, kubernetes.context]);
    const probing = this.#clusters.get(key) ?? probeCluster(kubernetes).finally(() => this.#clusters.delete(key));
    this.#clusters.set(key, probing);
    return probing;
  }
}

async function probeEngine(): Promise<Probe> {
  const hint =
    'Start docker or set DOCKER_HOST; without an engine, builderOptions { mode: "kubernetes" } uses a cluster.';
  const signal = AbortSignal.timeout(ENGINE_TIME_MS);
  try {
    const engine = await ContainerEngine.connect({ signal });
    const { version } = await engine.version();
    await dockerode(engine.endpoint);
    return { usable: true, detail: `docker ${version} at ${engine.endpoint.host}` };
  } catch (error) {
    const late = `the container engine did not answer within ${ENGINE_TIME_MS / 1000} s; it may only be busy`;
    return unusable(signal.aborted ? new Error(late) : error, "E_DAEMON", hint);
  }
}

function probeLocalExecutor(): Probe {
  const reason = localRefusal();
  if (reason === undefined) return { usable: true, detail: EXECUTOR };
  const hint = 'Use builderOptions { mode: "docker" }, or run in a container that has kaniko.';
  return { usable: false, reason, hint };
}

/** A slow cluster counts as usable: this mode is used only where it was chosen, and the build tells what is wrong. */
async function probeCluster(options: KubernetesOptions): Promise<Probe> {
  const ask = async (): Promise<Probe> => {
    const cluster = await connectCluster(options);
    const version = await cluster.get<{ gitVersion?: string }>("/version");
    return { usable: true, detail: `Kubernetes ${version?.gitVersion ?? ""} at ${cluster.server}` };
  };
  const hint = "Check the current context of your kubeconfig with `kubectl cluster-info`.";
  const probing = ask().catch((error: unknown) => unusable(error, "E_KUBERNETES", hint));
  const late: Probe = { usable: true, detail: `the Kubernetes API did not answer within ${CLUSTER_TIME_MS} ms` };
  return Promise.race([probing, sleep(CLUSTER_TIME_MS, late, { ref: false })]);
}

function unusable(error: unknown, code: "E_DAEMON" | "E_KUBERNETES", hint: string): Probe {
  if (isImageSpecError(error)) {
    return { usable: false, reason: error.message, hint: error.hint ?? hint, code: error.code };
  }
  return { usable: false, reason: error instanceof Error ? error.message : String(error), hint, code };
}
