import { homedir } from "node:os";
import { join } from "node:path";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import {
  authEntryCredential,
  type ConfigDocument,
  configKey,
  dockerServer,
  parseConfigDocument,
  readConfigDocument,
} from "./config-document.ts";
import type { Credential, CredentialStore } from "./credential.ts";
import { askCredentialHelper } from "./credential-helper.ts";

/** Where credentials are looked for. */
export interface DockerCredentialsOptions {
  /** A config.json that is read before all others and must exist (a spec's `registryConfig`). */
  configFile?: string | undefined;
  /** Default: process.env. */
  env?: ProcessEnvironment | undefined;
  /** Milliseconds a credential helper may take; default 30 000. */
  helperTimeoutMs?: number | undefined;
}

/**
 * The credentials docker and podman have for a host. Asked in turn: `configFile`; DOCKER_AUTH_CONFIG (JSON);
 * config.json in DOCKER_CONFIG, else ~/.docker; podman's REGISTRY_AUTH_FILE, else its auth.json in XDG_RUNTIME_DIR and
 * XDG_CONFIG_HOME. In each, `credHelpers` goes before `credsStore` before `auths`. Files are read at each call: a
 * `docker login` in between counts.
 */
export function dockerCredentials(options: DockerCredentialsOptions = {}): CredentialStore {
  const env = options.env ?? process.env;
  const timeoutMs = options.helperTimeoutMs ?? 30_000;
  return {
    configFile: options.configFile,
    async get(registry, { signal, repository } = {}) {
      for await (const document of documents(options.configFile, env)) {
        const found = await lookUp(document, registry, { env, timeoutMs, repository, signal });
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

async function* documents(configFile: string | undefined, env: ProcessEnvironment): AsyncGenerator<ConfigDocument> {
  if (configFile !== undefined) {
    const document = await readConfigDocument(configFile);
    if (document === undefined) {
      throw new ImageSpecError("E_INPUT_FILE", `The docker config ${configFile} does not exist`, {
        hint: "Correct registryConfig: it names a docker config.json.",
      });
    }
    yield document;
  }
  if (env.DOCKER_AUTH_CONFIG) yield parseConfigDocument(env.DOCKER_AUTH_CONFIG, "DOCKER_AUTH_CONFIG");
  const home = env.HOME || homedir();
  const paths = [join(env.DOCKER_CONFIG || join(home, ".docker"), "config.json")];
  if (env.REGISTRY_AUTH_FILE) paths.push(env.REGISTRY_AUTH_FILE);
  if (env.XDG_RUNTIME_DIR) paths.push(join(env.XDG_RUNTIME_DIR, "containers/auth.json"));
  paths.push(join(env.XDG_CONFIG_HOME || join(home, ".config"), "containers/auth.json"));
  for (const path of paths) {
    const document = await readConfigDocument(path);
    if (document !== undefined) yield document;
  }
}

interface LookUp {
  env: ProcessEnvironment;
  timeoutMs: number;
  repository: string | undefined;
  signal: AbortSignal | undefined;
}

async function lookUp(document: ConfigDocument, registry: string, options: LookUp): Promise<Credential | undefined> {
  const names = candidates(registry, options.repository);
  const [helperKey] = matching(document.credHelpers, names);
  const helper = helperKey === undefined ? document.credsStore : document.credHelpers[helperKey];
  if (helper) {
    const server = helperKey ?? dockerServer(registry);
    const { env, timeoutMs, signal } = options;
    const found = await askCredentialHelper({ helper, server, env, timeoutMs, ...(signal ? { signal } : {}) });
    if (found !== undefined) return found;
  }
  // docker login leaves an empty entry where a helper keeps the credential; another spelling of the host may hold one.
  for (const key of matching(document.auths, names)) {
    const found = authEntryCredential(document.auths[key], key, document.source);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** From the most to the least specific: `host/team/app`, `host/team`, `host`. */
function candidates(registry: string, repository = ""): string[] {
  const host = configKey(registry);
  const parts = repository.split("/").filter((part) => part !== "");
  return [...parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join("/")), host];
}

/** The keys that stand for one of the names: the most specific name first, and of one name its own spelling. */
function matching(entries: Record<string, unknown>, names: string[]): string[] {
  const keys = Object.keys(entries);
  return names.flatMap((name) => {
    const same = keys.filter((key) => configKey(key) === name);
    return same.sort((one, other) => Number(other === name) - Number(one === name));
  });
}
