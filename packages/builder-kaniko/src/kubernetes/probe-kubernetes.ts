import { setTimeout as sleep } from "node:timers/promises";
import { isImageSpecError, type Probe } from "@imagespec/core";
import type { KubernetesOptions } from "../options/options.ts";
import { connectCluster } from "./cluster.ts";

const PROBE_TIME = 1500;

/**
 * Whether a Kubernetes API answers. One that is slow counts as usable: this mode is used only where it was chosen, and
 * the build itself will tell what is wrong.
 */
export async function probeKubernetes(options: KubernetesOptions): Promise<Probe> {
  const hint = "Check the current context of your kubeconfig with `kubectl cluster-info`.";
  const look = async (): Promise<Probe> => {
    const cluster = await connectCluster(options);
    const version = await cluster.get<{ gitVersion?: string }>("/version");
    return { usable: true, detail: `Kubernetes ${version?.gitVersion ?? ""} at ${cluster.server}` };
  };
  const fault = (error: unknown): Probe =>
    isImageSpecError(error)
      ? { usable: false, reason: error.message, hint: error.hint ?? hint, code: error.code }
      : { usable: false, reason: (error as Error).message, hint, code: "E_KUBERNETES" };
  const slow: Probe = { usable: true, detail: `the Kubernetes API did not answer within ${PROBE_TIME} ms` };
  return Promise.race([look().catch(fault), sleep(PROBE_TIME, slow, { ref: false })]);
}
