import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { parseAllDocuments } from "yaml";
import { ensureKubernetes } from "../../../scripts/services/kubernetes.ts";
import { KubeAdmin } from "./kube-admin.ts";
import { StandInNode } from "./stand-in-node.ts";

const RBAC = new URL("../../../docs/builders/kaniko-rbac.yaml", import.meta.url);

/** A namespace of a real API server with a node that runs Jobs, and a user with the documented rights and no more. */
export interface TestCluster {
  namespace: string;
  admin: KubeAdmin;
  node: StandInNode;
  /** Path of the user's kubeconfig. */
  kubeconfig: string;
  /** Names of all Jobs, Pods, Secrets and ConfigMaps there are. */
  left(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startTestCluster(dockerHost: string): Promise<TestCluster> {
  const api = await ensureKubernetes();
  const admin = new KubeAdmin(api);
  const namespace = `builds-${randomBytes(4).toString("hex")}`;
  await admin.create("/api/v1/namespaces", { metadata: { name: namespace } });
  for (const document of parseAllDocuments(await readFile(RBAC, "utf8"))) {
    const object = document.toJS();
    const kinds: Record<string, string> = {
      ServiceAccount: "/api/v1/namespaces/NS/serviceaccounts",
      Role: "/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles",
      RoleBinding: "/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings",
    };
    object.metadata.namespace = namespace;
    for (const subject of object.subjects ?? []) subject.namespace = namespace;
    await admin.create((kinds[object.kind] ?? "").replace("NS", namespace), object);
  }
  const token = await admin.create(`/api/v1/namespaces/${namespace}/serviceaccounts/imagespec/token`, { spec: {} });
  const kubeconfig = join(tmpdir(), `${namespace}.kubeconfig`);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: api.server, "certificate-authority": api.caFile } }],
    users: [{ name: "u", user: { token: token.status.token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace } }],
    "current-context": "x",
  };
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const docker = new Docker({ socketPath: dockerHost.replace("unix://", "") });
  const node = new StandInNode(admin, docker, namespace);
  await node.start();
  const left = async () => {
    const paths = [`/apis/batch/v1/namespaces/${namespace}/jobs`];
    for (const kind of ["pods", "secrets", "configmaps"]) paths.push(`/api/v1/namespaces/${namespace}/${kind}`);
    const lists = await Promise.all(paths.map((path) => admin.list(path)));
    return lists
      .flat()
      .map(({ metadata }) => metadata.name as string)
      .filter((name) => name !== "kube-root-ca.crt");
  };
  const stop = async () => {
    await node.stop();
    for (const { metadata } of await admin.list(`/apis/batch/v1/namespaces/${namespace}/jobs`)) {
      await admin.remove(`/apis/batch/v1/namespaces/${namespace}/jobs/${metadata.name}`);
    }
  };
  return { namespace, admin, node, kubeconfig, left, stop };
}
