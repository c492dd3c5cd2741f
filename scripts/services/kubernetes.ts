import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { ensurePackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { cacheFolder } from "./cache-folder.ts";
import { command, say } from "./command.ts";
import { runningDaemon, startDaemon, stopDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { ensureGoTool, type GoTool } from "./go.ts";
import { withLock } from "./lock.ts";

const VERSION = "v1.34.1";

const BUILD = "k8s.io/component-base/version";

export const API_SERVER: GoTool = {
  name: "kube-apiserver",
  version: VERSION,
  module: "kubernetes",
  packages: ["k8s.io/kubernetes/cmd/kube-apiserver"],
  variables: [`${BUILD}.gitVersion=${VERSION}`, `${BUILD}.gitMajor=1`, `${BUILD}.gitMinor=34`],
};

export interface Kubernetes {
  /** `https://127.0.0.1:PORT`. */
  server: string;
  /** PEM file to trust the server by. */
  caFile: string;
  /** Of a user in system:masters. */
  token: string;
  kubeconfig: string;
}

/**
 * A Kubernetes API: etcd and kube-apiserver with RBAC, no controllers, no kubelet (that one changes the machine).
 * A Job stays as it was created until a test's stand-in node runs it; nothing collects garbage.
 */
export async function ensureKubernetes(): Promise<Kubernetes> {
  const folder = process.env.IMAGESPEC_DEV_KUBERNETES || (await ensureGoTool(API_SERVER));
  const etcd = await ensureEtcd();
  await ensurePackages({ openssl: "openssl" });
  return withLock("kubernetes", async () => {
    const settings = cacheFolder("run", "kubernetes.json");
    const [running, store] = [await runningDaemon("kube-apiserver"), await runningDaemon("etcd")];
    if (running !== undefined && store !== undefined) return JSON.parse(await readFile(settings, "utf8")) as Kubernetes;
    await stopDaemon("kube-apiserver");
    await stopDaemon("etcd");
    // A cluster starts empty: objects of an earlier run would be taken for leaks of this one.
    const data = cacheFolder("run", "kubernetes");
    await rm(data, { recursive: true, force: true });
    await mkdir(data, { recursive: true, mode: 0o700 });
    const endpoint = await startEtcd(etcd, join(data, "etcd"));
    const api = await startApiServer(join(folder, "kube-apiserver"), data, endpoint);
    await writeFile(settings, JSON.stringify(api), { mode: 0o600 });
    return api;
  });
}

/** Debian's etcd, unpacked and not installed, so that no service of it starts. */
export function ensureEtcd(): Promise<string> {
  return cached("tools/etcd/bookworm", async (folder) => {
    if (existsSync("/usr/bin/etcd")) return void (await command("cp", ["/usr/bin/etcd", folder]));
    say("downloading etcd");
    const download = () =>
      command("apt-get", ["download", "-qq", "-oAPT::Sandbox::User=root", "etcd-server"], { cwd: folder });
    await download().catch(async () => {
      await command("apt-get", ["update", "-qq"]);
      await download();
    });
    await command("sh", ["-c", "dpkg-deb -x etcd-server_*.deb x && mv x/usr/bin/etcd . && rm -r x *.deb"], {
      cwd: folder,
    });
  }).then((folder) => join(folder, "etcd"));
}

async function startEtcd(program: string, data: string): Promise<string> {
  const endpoint = `http://127.0.0.1:${await freePort(2379)}`;
  const peers = `http://127.0.0.1:${await freePort(2380)}`;
  const urls = ["--listen-client-urls", endpoint, "--advertise-client-urls", endpoint, "--listen-peer-urls", peers];
  const cluster = ["--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`];
  const ready = async () => (await fetch(`${endpoint}/health`)).ok;
  const etcd: [string, ...string[]] = [program, "--data-dir", data, ...urls, ...cluster, "--unsafe-no-fsync"];
  await startDaemon({ name: "etcd", address: endpoint, command: etcd, ready });
  return endpoint;
}

async function startApiServer(program: string, data: string, etcd: string): Promise<Kubernetes> {
  const token = randomBytes(18).toString("base64url");
  await writeFile(join(data, "tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  await command("openssl", ["genrsa", "-out", join(data, "sa.key"), "2048"]);
  const port = await freePort(6443);
  const server = `https://127.0.0.1:${port}`;
  const flags = {
    "etcd-servers": etcd,
    "bind-address": "127.0.0.1",
    "advertise-address": "127.0.0.1",
    "secure-port": port,
    "cert-dir": join(data, "certs"),
    "service-cluster-ip-range": "10.0.0.0/24",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": join(data, "sa.key"),
    "service-account-signing-key-file": join(data, "sa.key"),
    "token-auth-file": join(data, "tokens.csv"),
    "authorization-mode": "RBAC",
    "endpoint-reconciler-type": "none",
    "disable-admission-plugins": "ServiceAccount",
  };
  const args = Object.entries(flags).map(([key, value]) => `--${key}=${value}`);
  const ready = () => answersReady(server, token);
  await startDaemon({
    name: "kube-apiserver",
    address: server,
    command: [program, ...args],
    ready,
    timeoutSeconds: 120,
  });
  const caFile = join(data, "certs", "apiserver.crt");
  const kubeconfig = join(data, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigText(server, caFile, token), { mode: 0o600 });
  return { server, caFile, token, kubeconfig };
}

/** Before the server listens there is no certificate to check; this only asks whether it is up. */
function answersReady(server: string, token: string): Promise<boolean> {
  const options = { headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    get(`${server}/readyz`, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on("error", reject);
  });
}

function kubeconfigText(server: string, caFile: string, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "local", context: { cluster: "local", user: "admin" } }],
    "current-context": "local",
  });
}
