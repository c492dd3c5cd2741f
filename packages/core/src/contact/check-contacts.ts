import {
  type CredentialStore,
  HttpTransport,
  isImageSpecError,
  networkFault,
  type ProcessEnvironment,
  parseReference,
  RegistryClient,
} from "@imagespec/registry";
import type { BuildContact } from "./build-contacts.ts";

/** What is wrong with our login: the registry refuses it, or it cannot be read. */
const LOGIN_FAULTS: readonly string[] = ["E_REGISTRY_AUTH", "E_INPUT_FILE"];
/** Milliseconds a host has to answer. */
const PATIENCE = 5000;

/** What came of asking. */
export interface ContactReport extends BuildContact {
  /** `refused`: it needs other credentials, or rejects ours; `unchecked`: nobody knows its address beforehand. */
  status: "reachable" | "refused" | "unreachable" | "unchecked";
  /** Who we are there; undefined for nobody. */
  user?: string | undefined;
  reason?: string | undefined;
  /** What helps, where anything is known to. */
  hint?: string | undefined;
}

interface Access {
  credentials: CredentialStore;
  env: ProcessEnvironment;
  signal: AbortSignal;
}

/**
 * Asks each host whether it answers, with the credentials a build would use. Fetches manifests' heads and pages of
 * indexes, no content.
 */
export async function checkContacts(contacts: readonly BuildContact[], access: Access): Promise<ContactReport[]> {
  const { credentials, env } = access;
  const limits = { env, connectTimeoutMs: PATIENCE, idleTimeoutMs: PATIENCE };
  const client = new RegistryClient({ ...limits, credentials, retry: { attempts: 1 } });
  const http = new HttpTransport(limits);
  try {
    return await Promise.all(
      contacts.map(async (contact): Promise<ContactReport> => {
        if (contact.address === undefined) return { ...contact, status: "unchecked" };
        if (contact.kind === "registry") return { ...contact, ...(await askRegistry(client, contact, access)) };
        return { ...contact, ...(await askAddress(http, contact.address, access.signal)) };
      }),
    );
  } finally {
    await Promise.all([client.close(), http.close()]);
  }
}

type Answer = Pick<ContactReport, "status" | "user" | "reason" | "hint">;

async function askRegistry(
  client: RegistryClient,
  { address = "", host = "", through }: BuildContact,
  { credentials, signal }: Access,
): Promise<Answer> {
  const reference = parseReference(address);
  const user = await credentials.get(through ?? host, { signal }).then(
    (found) => (found !== undefined && "username" in found ? found.username : undefined),
    () => undefined,
  );
  try {
    const tagOrDigest = reference.digest ?? reference.tag ?? "latest";
    const found = await client.repository(reference).headManifest(tagOrDigest, { signal });
    return { status: "reachable", user, reason: found === undefined ? `${address} is not there` : undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!isImageSpecError(error)) throw error;
    const status = LOGIN_FAULTS.includes(error.code) ? "refused" : "unreachable";
    return { status, user, reason: error.message, hint: error.hint };
  }
}

async function askAddress(http: HttpTransport, address: string, signal: AbortSignal): Promise<Answer> {
  try {
    const { status, body } = await http.send({ method: "GET", url: new URL(address), signal });
    await body.dump({ limit: 64 * 1024 });
    if (status === 401 || status === 403) {
      const hint = "Give the build a login for it with pipSecretMounts.";
      return { status: "refused", reason: `it answers ${status} without a login`, hint };
    }
    return status >= 500 ? { status: "unreachable", reason: `it answers ${status}` } : { status: "reachable" };
  } catch (error) {
    signal.throwIfAborted();
    const fault = networkFault(error);
    if (fault === undefined && !isImageSpecError(error)) throw error;
    return { status: "unreachable", reason: fault?.reason ?? (error as Error).message };
  }
}
