import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import type { KubeAdmin, KubeObject } from "./kube-admin.ts";

/** How a Pod's container ended, as a kubelet would report it. */
export interface PodEnd {
  exitCode: number;
  reason: string;
  message: string;
}

export interface RunningPod {
  container: Docker.Container;
  ended: Promise<PodEnd>;
}

const MESSAGE_SIZE = 2048;

/** Runs a Pod's one container through docker with what a kubelet gives it: files, environment, termination message. */
export async function runPod(docker: Docker, admin: KubeAdmin, pod: KubeObject): Promise<RunningPod> {
  const { namespace } = pod.metadata;
  const [spec] = pod.spec.containers;
  const folder = await mkdtemp(join(tmpdir(), "stand-in-"));
  const volumes = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const path = join(folder, volume.name);
    await mkdir(path);
    const isSecret = volume.secret !== undefined;
    const name = isSecret ? volume.secret.secretName : volume.configMap.name;
    const object = await read(admin, namespace, isSecret ? "secrets" : "configmaps", name);
    for (const [key, value] of Object.entries<string>(object.data ?? {})) {
      await writeFile(join(path, key), isSecret ? Buffer.from(value, "base64") : value);
    }
    volumes.set(volume.name, path);
  }
  const message = join(folder, "termination-log");
  await writeFile(message, "");
  const environment: string[] = [];
  for (const { name, value, valueFrom } of spec.env ?? []) {
    const reference = valueFrom?.secretKeyRef;
    if (reference === undefined) environment.push(`${name}=${value}`);
    else {
      const { data } = await read(admin, namespace, "secrets", reference.name);
      environment.push(`${name}=${Buffer.from(data[reference.key], "base64")}`);
    }
  }
  const mounts = (spec.volumeMounts ?? []).map((mount: KubeObject) => ({
    Type: "bind",
    Source: join(volumes.get(mount.name) ?? "", mount.subPath ?? ""),
    Target: mount.mountPath,
    ReadOnly: true,
  }));
  const container = await docker.createContainer({
    Image: spec.image,
    Cmd: spec.args,
    Env: environment,
    HostConfig: {
      NetworkMode: pod.spec.hostNetwork ? "host" : "bridge",
      Memory: bytes(spec.resources?.limits?.memory),
      Mounts: [...mounts, { Type: "bind", Source: message, Target: spec.terminationMessagePath }],
    },
  });
  await container.start();
  const end = async (): Promise<PodEnd> => {
    try {
      const { StatusCode: exitCode } = await container.wait();
      const { State: state } = await container.inspect();
      let text = await readFile(message, "utf8");
      if (text === "" && exitCode !== 0 && spec.terminationMessagePolicy === "FallbackToLogsOnError") {
        const log = await container.logs({ stdout: true, stderr: true, tail: 80 });
        text = plainLog(log).slice(-MESSAGE_SIZE);
      }
      const reason = exitCode === 0 ? "Completed" : "Error";
      return { exitCode, reason: state.OOMKilled ? "OOMKilled" : reason, message: text };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return { container, ended: end() };
}

/** Like a kubelet, waits for what a Pod mounts, which may be created after the Pod. */
async function read(admin: KubeAdmin, namespace: string, kind: string, name: string): Promise<KubeObject> {
  for (let tries = 0; ; tries++) {
    try {
      return await admin.get(`/api/v1/namespaces/${namespace}/${kind}/${name}`);
    } catch (error) {
      if (tries >= 100 || (error as { status?: number }).status !== 404) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Docker's log is in frames: one byte of stream, three of padding, four of length. */
function plainLog(log: Buffer): string {
  let text = "";
  for (let at = 0; at + 8 <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    text += log.toString("utf8", at + 8, at + 8 + length);
    at += 8 + length;
  }
  return text;
}

function bytes(quantity: string | undefined): number {
  const [, count = "0", unit = ""] = /^(\d+)(Mi|Gi)?$/.exec(quantity ?? "") ?? [];
  return Number(count) * { "": 1, Mi: 2 ** 20, Gi: 2 ** 30 }[unit as "" | "Mi" | "Gi"];
}
