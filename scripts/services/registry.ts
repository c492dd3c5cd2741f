import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { ensurePackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { cacheFolder } from "./cache-folder.ts";
import { command } from "./command.ts";
import { runningDaemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { withLock } from "./lock.ts";

export interface PasswordRegistry {
  address: string;
  username: string;
  password: string;
}

export interface TlsRegistry {
  address: string;
  /** PEM file of the authority that signed the registry's certificate. */
  caFile: string;
}

/** Anonymous registry over plain http, `localhost:5000` unless something else has that port; its storage persists. */
export function ensureRegistry(): Promise<string> {
  return ensureServer("registry", 5000, "");
}

/** Whether an anonymous registry, ours or not, answers at the address. */
export async function answersAnonymously(address: string): Promise<boolean> {
  const asked = fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(2000) });
  return asked
    .then(({ status, headers }) => status === 200 && headers.has("docker-distribution-api-version"))
    .catch(() => false);
}

/** Registry over plain http that requires Basic credentials for everything. */
export async function ensurePasswordRegistry(): Promise<PasswordRegistry> {
  await ensurePackages({ htpasswd: "apache2-utils" });
  const username = "imagespec";
  const folder = await cached("registry-password", async (target) => {
    const password = randomBytes(12).toString("base64url");
    await writeFile(`${target}/password`, password, { mode: 0o600 });
    await writeFile(`${target}/htpasswd`, await command("htpasswd", ["-niB", username], { input: password }));
  });
  const auth = `auth: {htpasswd: {realm: imagespec, path: ${folder}/htpasswd}}\n`;
  const address = await ensureServer("registry-password", 5001, auth);
  return { address, username, password: await readFile(`${folder}/password`, "utf8") };
}

/** Registry over TLS, with a certificate from an authority that no machine trusts. */
export async function ensureTlsRegistry(): Promise<TlsRegistry> {
  await ensurePackages({ openssl: "openssl" });
  const folder = await cached("registry-tls", makeCertificates);
  const tls = `  tls: {certificate: ${folder}/server.pem, key: ${folder}/server.key}\n`;
  return { address: await ensureServer("registry-tls", 5002, tls), caFile: `${folder}/ca.pem` };
}

/** @param settings lines after `http:`; indented ones belong to it. */
async function ensureServer(name: string, wantedPort: number, settings: string): Promise<string> {
  await ensurePackages({ "docker-registry": "docker-registry" });
  return withLock(name, async () => {
    const running = await runningDaemon(name);
    if (running !== undefined) return running.address;
    const port = await freePort(wantedPort);
    await mkdir(cacheFolder("run"), { recursive: true });
    const file = cacheFolder("run", `${name}.yml`);
    const storage = `{filesystem: {rootdirectory: ${cacheFolder(`${name}-storage`)}}, delete: {enabled: true}}`;
    const yaml = `version: 0.1\nlog: {level: warn}\nstorage: ${storage}\nhttp:\n  addr: "127.0.0.1:${port}"\n${settings}`;
    await writeFile(file, yaml);
    await chmod(file, 0o600);
    const address = `localhost:${port}`;
    const ready = () => answers(`127.0.0.1:${port}`, settings.includes("tls:"));
    await startDaemon({ name, address, command: ["docker-registry", "serve", file], ready });
    return address;
  });
}

/** A TLS registry, too, is asked over plain http: its answer of 400 shows that it listens. */
async function answers(address: string, tls: boolean): Promise<boolean> {
  const { status } = await fetch(`http://${address}/v2/`);
  return tls ? status === 400 : status === 200 || status === 401;
}

async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => command("openssl", args, { cwd: folder });
  const authority = ["-subj", "/CN=imagespec test authority", "-addext", "keyUsage=critical,keyCertSign"];
  await openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "3650",
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    ...authority,
  );
  await openssl(
    "req",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
    "-subj",
    "/CN=localhost",
  );
  await writeFile(`${folder}/names`, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-extfile", "names"];
  await openssl("x509", "-req", "-in", "server.csr", ...sign, "-out", "server.pem");
}
