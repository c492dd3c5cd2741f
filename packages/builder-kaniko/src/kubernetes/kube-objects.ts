/** The parts of Kubernetes' objects that this builder reads (Kubernetes API v1, batch/v1). */
export interface KubeMeta {
  name?: string;
  uid?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
}

export interface KubeCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface KubeJob {
  metadata: KubeMeta;
  spec?: { template?: { spec?: { volumes?: { configMap?: { name?: string } }[] } } };
  status?: { conditions?: KubeCondition[]; succeeded?: number };
}

export interface KubeContainerStatus {
  name: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: object;
    terminated?: { exitCode: number; reason?: string; message?: string; finishedAt?: string };
  };
}

export interface KubePod {
  metadata: KubeMeta;
  status?: {
    reason?: string;
    message?: string;
    conditions?: KubeCondition[];
    containerStatuses?: KubeContainerStatus[];
  };
}

export interface KubeEvent {
  reason?: string;
  message?: string;
}

/** The condition of a Job that is named `type`, where it holds. */
export function holding({ status }: KubeJob, type: "Complete" | "Failed" | "Suspended"): KubeCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
}

/** True when a Job is complete or failed. */
export function isFinished(job: KubeJob): boolean {
  return holding(job, "Complete") !== undefined || holding(job, "Failed") !== undefined;
}
