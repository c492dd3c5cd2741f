import type { CredentialStore } from "@imagespec/registry";

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
 * The docker config.json that gives the executor the credentials of these registries and of no others; undefined when
 * all of them are anonymous. Credential helpers are asked here: the executor's container has none of the host's.
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
    // Docker Hub's entry is known by this address only.
    const key = host === "docker.io" ? "https://index.docker.io/v1/" : host;
    if (credential.kind === "basic") {
      const auth = Buffer.from(`${credential.username}:${credential.password}`).toString("base64");
      auths[key] = { auth };
      secrets.push(credential.password, auth);
    } else {
      auths[key] =
        credential.kind === "identity-token"
          ? { identitytoken: credential.token }
          : { registrytoken: credential.token };
      secrets.push(credential.token);
    }
  }
  return secrets.length === 0 ? undefined : { json: JSON.stringify({ auths }), secrets };
}
