import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CredentialStore } from "@imagespec/core/builder";
import { dockerServer } from "@imagespec/registry";

/** A docker config.json for some registries, and the secret texts in it. */
export interface DockerConfig {
  json: string;
  secrets: string[];
}

interface AuthEntry {
  auth?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/**
 * The docker config.json with the credentials of these registries and of no others; undefined when all of them are
 * anonymous. Credential helpers are asked here, since they may not exist where the file is used.
 *
 * @throws the errors of the credential store.
 */
export async function dockerConfig(
  hosts: readonly string[],
  credentials: CredentialStore,
  signal: AbortSignal,
): Promise<DockerConfig | undefined> {
  const auths: Record<string, AuthEntry> = {};
  const secrets: string[] = [];
  for (const host of hosts) {
    const credential = await credentials.get(host, { signal });
    if (credential === undefined) continue;
    const key = dockerServer(host);
    if (credential.kind === "basic") {
      const auth = Buffer.from(`${credential.username}:${credential.password}`).toString("base64");
      auths[key] = { auth };
      secrets.push(credential.password, auth);
    } else {
      const { kind, token } = credential;
      auths[key] = kind === "identity-token" ? { identitytoken: token } : { registrytoken: token };
      secrets.push(token);
    }
  }
  return secrets.length === 0 ? undefined : { json: JSON.stringify({ auths }), secrets };
}

/** Makes the folder (mode 0700) for use as DOCKER_CONFIG, with this text as its config.json (mode 0600). */
export async function writeDockerConfig(folder: string, json: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, "config.json"), json, { mode: 0o600 });
}
