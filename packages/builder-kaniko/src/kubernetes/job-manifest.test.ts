import { describe, expect, it } from "vitest";
import { kanikoOptions } from "../options.ts";
import { type JobTask, jobManifest } from "./job-manifest.ts";
import { jobMounts } from "./job-mounts.ts";
import { jobName } from "./job-name.ts";

const { kubernetes } = kanikoOptions.parse({
  kubernetes: {
    serviceAccount: "builds",
    labels: { team: "ml", "app.kubernetes.io/managed-by": "someone" },
    nodeSelector: { pool: "builds" },
    tolerations: [{ key: "builds", operator: "Exists", effect: "NoSchedule" }],
    imagePullSecrets: ["pull"],
    resources: { limits: { memory: "2Gi", cpu: 2 } },
    ttlSeconds: 60,
  },
});
const task: JobTask = {
  name: jobName("r.example/x:t", "linux/arm64"),
  namespace: "ns",
  mountsName: "files-1",
  subject: "r.example/x:t",
  platform: "linux/arm64",
  image: "kaniko:1",
  args: ["--destination=r.example/x:t"],
  environment: ["HTTP_PROXY"],
  secretTargets: ["/root/.netrc"],
  hasDockerConfig: true,
  hasCertificates: true,
  options: kubernetes,
  timeout: 90,
};
/** As it is sent. */
// biome-ignore lint/suspicious/noExplicitAny: reads deep into a manifest
const job = (change: Partial<JobTask> = {}): any => JSON.parse(JSON.stringify(jobManifest({ ...task, ...change })));

describe("jobName", () => {
  it("is a DNS label, the same for the same image and platform alone", () => {
    expect(task.name).toMatch(/^imagespec-[a-z2-7]{26}$/);
    expect(jobName("r.example/x:t", "linux/arm64")).toBe(task.name);
    expect(jobName("r.example/x:t", "linux/amd64")).not.toBe(task.name);
    expect(jobName("r.example/x:u", "linux/arm64")).not.toBe(task.name);
  });
});

describe("jobManifest", () => {
  it("ends by itself, is removed by itself, and is made again only when the cluster took its Pod", () => {
    expect(job().spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 90,
      ttlSecondsAfterFinished: 60,
      template: { spec: { restartPolicy: "Never" } },
    });
    expect(job().spec.podFailurePolicy.rules[0]).toMatchObject({ action: "Ignore" });
  });

  it("is pinned to the platform and takes the user's placement", () => {
    const { spec } = job().spec.template;
    expect(spec.nodeSelector).toEqual({ "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64", pool: "builds" });
    expect(spec.tolerations).toEqual([{ key: "builds", operator: "Exists", effect: "NoSchedule" }]);
    expect(spec.imagePullSecrets).toEqual([{ name: "pull" }]);
    expect(spec).toMatchObject({ serviceAccountName: "builds", automountServiceAccountToken: false });
  });

  it("keeps the labels it is found by", () => {
    expect(job().metadata.labels).toMatchObject({
      team: "ml",
      "app.kubernetes.io/managed-by": "imagespec",
      "dev.imagespec/job": task.name,
    });
  });

  it("mounts every secret from the Secret and names no value", () => {
    const [container] = job().spec.template.spec.containers;
    expect(container.volumeMounts.map((mount: { mountPath: string }) => mount.mountPath)).toEqual([
      "/kaniko/imagespec-dockerfile",
      "/kaniko/.docker/config.json",
      "/kaniko/ssl/certs/imagespec_ca.crt",
      "/root/.netrc",
    ]);
    expect(container.env[1]).toEqual({
      name: "HTTP_PROXY",
      valueFrom: { secretKeyRef: { name: "files-1", key: "env.HTTP_PROXY" } },
    });
    expect(container.resources.limits).toEqual({ memory: "2Gi", cpu: "2" });
  });

  it("asks for nothing it does not need", () => {
    const { options } = { options: kanikoOptions.parse({}).kubernetes };
    const { spec } = job({ options, hasDockerConfig: false, hasCertificates: false, secretTargets: [] }).spec.template;
    expect(spec).not.toHaveProperty("serviceAccountName");
    expect(spec).not.toHaveProperty("hostNetwork");
    expect(spec.containers[0].volumeMounts).toHaveLength(1);
  });
});

describe("jobMounts", () => {
  const contents = {
    dockerfile: "FROM x\n",
    env: { HTTP_PROXY: "http://u:p@proxy" },
    secrets: [Buffer.from([0, 255])],
    dockerConfig: "{}",
    certificates: "PEM",
  };

  it("are owned by the Job", () => {
    const { secret, configMap } = jobMounts(task, contents, "uid-1");
    const owner = { metadata: { ownerReferences: [{ kind: "Job", name: task.name, uid: "uid-1" }] } };
    expect(secret).toMatchObject(owner);
    expect(configMap).toMatchObject({ ...owner, data: { Dockerfile: "FROM x\n" } });
    expect(secret).toMatchObject({ data: { "secret.0": "AP8=", "env.HTTP_PROXY": expect.any(String) } });
  });

  it("larger than Kubernetes takes are refused before anything is sent", () => {
    const large = { ...contents, dockerfile: "x".repeat(1_100_000) };
    expect(() => jobMounts(task, large, "uid-1")).toThrow(/ConfigMap .* would have/);
  });
});
