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
  const owner = {
    apiVersion: "batch/v1",
    kind: "Job",
    name: task.name,
    uid: jobUid,
    controller: true,
    blockOwnerDeletion: false,
  };
  const metadata = {
    name: task.mountsName,
    namespace: task.namespace,
    labels: jobLabels(task),
    ownerReferences: [owner],
  };
  const data: Record<string, string> = {};
  const put = (key: string, value: string | Buffer) => {
    data[key] = Buffer.from(value).toString("base64");
  };
  for (const [name, value] of Object.entries(contents.env)) put(environmentKey(name), value);
  contents.secrets.forEach((content, index) => {
    put(secretKey(index), content);
  });
  if (contents.dockerConfig !== undefined) put("config.json", contents.dockerConfig);
  if (contents.certificates !== undefined) put("ca.crt", contents.certificates);
  const secret = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata, data, immutable: true };
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: { Dockerfile: contents.dockerfile },
    immutable: true,
  };
  for (const object of [secret, configMap]) {
    const size = Buffer.byteLength(JSON.stringify(object));
    if (size <= LARGEST) continue;
    throw new ImageSpecError(
      "E_KUBERNETES",
      `The ${object.kind} of the Job for ${task.subject} would have ${size} bytes, and Kubernetes takes 1 MiB`,
      {
        hint: "Put long values of env, or long commands, into files that are copied.",
      },
    );
  }
  return { secret, configMap };
}
