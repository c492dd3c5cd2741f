import { KANIKO_CA_PATH } from "@imagespec/dockerfile";
import { DOCKER_CONFIG_PATH } from "../executor/task.ts";
import type { KubernetesOptions } from "../options.ts";

/** One Job: it builds one platform of an image. */
export interface JobTask {
  name: string;
  namespace: string;
  /** Name of the Secret and the ConfigMap the Job mounts; the Job is created before them, because it owns them. */
  mountsName: string;
  /** The image's reference, written on the Job for people. */
  subject: string;
  platform: string;
  image: string;
  args: readonly string[];
  /** Names of environment variables; the values are in the Secret as `env.NAME`. */
  environment: readonly string[];
  /** Where the Secret's `secret.N` are mounted, N counting from 0. */
  secretTargets: readonly string[];
  hasDockerConfig: boolean;
  hasCertificates: boolean;
  options: KubernetesOptions;
  /** Seconds. */
  timeout: number;
}

export const MANAGED_BY = { "app.kubernetes.io/managed-by": "imagespec" } as const;
const JOB_LABEL = "dev.imagespec/job";
export const CONTAINER = "kaniko";
export const CONTEXT_FOLDER = "/kaniko/imagespec-dockerfile";
const SECRET_VOLUME = "secret";
const DOCKERFILE_VOLUME = "dockerfile";

/** The labels of a Job and of what it mounts. Ours override the user's, since a Job is found by them. */
export function jobLabels(task: Pick<JobTask, "name" | "options">): Record<string, string> {
  return { ...task.options.labels, ...MANAGED_BY, "app.kubernetes.io/component": "kaniko", [JOB_LABEL]: task.name };
}

/** The Job (batch/v1) for one platform of an image; pure. The user's options cannot take away what the build needs. */
export function jobManifest(task: JobTask): object {
  const { options, platform } = task;
  const [os = "", arch = ""] = platform.split("/");
  const labels = jobLabels(task);
  const annotations = {
    ...options.annotations,
    "dev.imagespec/reference": task.subject,
    "dev.imagespec/platform": platform,
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: task.name, namespace: task.namespace, labels, annotations },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(task.timeout),
      ttlSecondsAfterFinished: options.ttlSeconds,
      // A Pod that the cluster evicts is created again and does not count as a failure; a failed build would fail
      // again.
      podFailurePolicy: {
        rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      },
      template: {
        metadata: { labels, annotations },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          // What is undefined is not in the JSON that is sent.
          serviceAccountName: options.serviceAccount,
          hostNetwork: options.hostNetwork || undefined,
          nodeSelector: { "kubernetes.io/os": os, "kubernetes.io/arch": arch, ...options.nodeSelector },
          tolerations: options.tolerations,
          imagePullSecrets: options.imagePullSecrets.map((name) => ({ name })),
          containers: [containerOf(task)],
          volumes: [
            { name: DOCKERFILE_VOLUME, configMap: { name: task.mountsName } },
            { name: SECRET_VOLUME, secret: { secretName: task.mountsName, defaultMode: 0o400 } },
          ],
        },
      },
    },
  };
}

function containerOf(task: JobTask): object {
  const { options } = task;
  const secretMount = (subPath: string, mountPath: string) => ({
    name: SECRET_VOLUME,
    mountPath,
    subPath,
    readOnly: true,
  });
  return {
    name: CONTAINER,
    image: task.image,
    args: [...task.args],
    env: [
      // The executor looks for signs of a container; this one is there under every runtime.
      { name: "container", value: "kube" },
      ...task.environment.map((name) => ({
        name,
        valueFrom: { secretKeyRef: { name: task.mountsName, key: environmentKey(name) } },
      })),
    ],
    resources: options.resources,
    securityContext: options.securityContext,
    // The digest is read from here, never from the log; of a failure the last lines of the log stand here.
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: DOCKERFILE_VOLUME, mountPath: CONTEXT_FOLDER, readOnly: true },
      ...(task.hasDockerConfig ? [secretMount("config.json", DOCKER_CONFIG_PATH)] : []),
      ...(task.hasCertificates ? [secretMount("ca.crt", KANIKO_CA_PATH)] : []),
      ...task.secretTargets.map((target, index) => secretMount(secretKey(index), target)),
    ],
  };
}

export function environmentKey(name: string): string {
  return `env.${name}`;
}

export function secretKey(index: number): string {
  return `secret.${index}`;
}
