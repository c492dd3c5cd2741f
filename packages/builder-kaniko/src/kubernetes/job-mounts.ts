import { ImageSpecError } from "@imagespec/registry";
import { environmentKey, type JobTask, jobLabels, secretKey } from "./job-manifest.ts";

/** What the Secret and the ConfigMap of a Job are made of. */
export interface MountContents {
  dockerfile: string;
  env: Record<string, string>;
  /** Contents of the secret files, in the order of the task's targets. */
  secrets: readonly Buffer[];
  dockerConfig: string | undefined;
  certificates: string | undefined;
}

/** Kubernetes takes objects up to 1 MiB; this leaves room for the rest of one. */
const LARGEST = 1_000_000;

/**
 * What a Job mounts: a Secret with the values of build arguments (`env.NAME`), the secret files (`secret.N`), the
 * registries' credentials and the host's certificates; a ConfigMap with the Dockerfile. Both are owned by the Job, so
 * that Kubernetes deletes them with it; pure.
 *
 * @throws ImageSpecError E_KUBERNETES when either is larger than Kubernetes takes.
 */
export function jobMounts(
  task: JobTask,
  contents: MountContents,
  jobUid: string,
): { secret: object; configMap: object } {
  const { name, namespace } = task;
  const job = { apiVersion: "batch/v1", kind: "Job", name, uid: jobUid };
  const ownerReferences = [{ ...job, controller: true, blockOwnerDeletion: false }];
  const metadata = { name: task.mountsName, namespace, labels: jobLabels(task), ownerReferences };
  const values: [key: string, value: string | Buffer | undefined][] = [
    ...Object.entries(contents.env).map(([name, value]): [string, string] => [environmentKey(name), value]),
    ...contents.secrets.map((content, index): [string, Buffer] => [secretKey(index), content]),
    ["config.json", contents.dockerConfig],
    ["ca.crt", contents.certificates],
  ];
  const data = Object.fromEntries(
    values.flatMap(([key, value]) => (value === undefined ? [] : [[key, Buffer.from(value).toString("base64")]])),
  );
  const secret = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata, data, immutable: true };
  const files = { Dockerfile: contents.dockerfile };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data: files, immutable: true };
  for (const object of [secret, configMap]) {
    const size = Buffer.byteLength(JSON.stringify(object));
    if (size <= LARGEST) continue;
    const said = `The ${object.kind} of the Job for ${task.subject} would have ${size} bytes, and Kubernetes takes 1 MiB`;
    throw new ImageSpecError("E_KUBERNETES", said, {
      hint: "Move long env values or commands into files that are copied.",
    });
  }
  return { secret, configMap };
}
