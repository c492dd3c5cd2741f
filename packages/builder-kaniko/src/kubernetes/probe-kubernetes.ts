import { setTimeout as sleep } from "node:timers/promises";
import { isImageSpecError, type Probe } from "@imagespec/core";
import type { KubernetesOptions } from "../options/options.ts";
import { connectCluster } from "./cluster.ts";

const PROBE_TIME = 1500;

/** Whether a Kubernetes API answers. */
export async function probeKubernetes(options: KubernetesOptions): Promise<Probe> {
  const hint = "Check the current context of your kubeconfig with `kubectl cluster-info`.";
  const look = async (): Promise<Probe> => {
    const cluster = await connectCluster(options);
    const version = await cluster.get<{ gitVersion?: string }>("/version");
    return { usable: true, detail: `Kubernetes ${version?.gitVersion ?? ""} at ${cluster.server}` };
  };
  try {
    const answer = await Promise.race([look(), sleep(PROBE_TIME, undefined, { ref: false })]);
    if (answer !== undefined) return answer;
    return {
      usable: false,
      reason: `the Kubernetes API does not answer within ${PROBE_TIME} ms`,
      hint,
      code: "E_KUBERNETES",
    };
  } catch (error) {
    if (isImageSpecError(error))
      return { usable: false, reason: error.message, hint: error.hint ?? hint, code: error.code };
    return { usable: false, reason: (error as Error).message, hint, code: "E_KUBERNETES" };
  }
}
