import { ImageSpecError } from "../errors/image-spec-error.ts";
import { FileRefused, LARGEST_SETTINGS, readRegularFile } from "../file/read-regular-file.ts";
import type { Credential } from "./credential.ts";

/** What a docker config.json or podman auth.json says about credentials. */
export interface ConfigDocument {
  /** Where it stands, for messages. */
  readonly source: string;
  readonly auths: Record<string, unknown>;
  readonly credHelpers: Record<string, string>;
  readonly credsStore: string | undefined;
}

const CURE = "Repair or remove it; `docker login REGISTRY` writes a good one.";

/** Reads the JSON of a docker config.json. @throws ImageSpecError E_INPUT_FILE; the message never holds the text. */
export function parseConfigDocument(text: string, source: string): ConfigDocument {
  const refuse = (what: string) => new ImageSpecError("E_INPUT_FILE", `${source} ${what}`, { hint: CURE });
  let json: unknown;
  try {
    // As in docker, an empty file, or null in place of any value, counts as unset.
    json = text.trim() === "" ? {} : (JSON.parse(text) ?? {});
  } catch {
    throw refuse("is not JSON");
  }
  if (!isRecord(json)) throw refuse("is not a JSON object");
  const auths = json.auths ?? {};
  const credHelpers = json.credHelpers ?? {};
  const credsStore = json.credsStore ?? "";
  if (!isRecord(auths)) throw refuse("has an `auths` that is not an object");
  if (!isRecord(credHelpers)) throw refuse("has a `credHelpers` that is not an object");
  const helpers = Object.entries(credHelpers).map(([host, name]) => [host, name ?? ""] as const);
  if (!helpers.every((entry): entry is [string, string] => typeof entry[1] === "string")) {
    throw refuse("has a `credHelpers` with a value that is not a name");
  }
  if (typeof credsStore !== "string") throw refuse("has a `credsStore` that is not a name");
  return { source, auths, credHelpers: Object.fromEntries(helpers), credsStore: credsStore || undefined };
}

/** Reads a config file; undefined when there is none. @throws ImageSpecError E_INPUT_FILE. */
export async function readConfigDocument(path: string): Promise<ConfigDocument | undefined> {
  try {
    return parseConfigDocument((await readRegularFile(path, LARGEST_SETTINGS)).toString("utf8"), path);
  } catch (error) {
    if (error instanceof FileRefused)
      throw new ImageSpecError("E_INPUT_FILE", `${path} ${error.message}`, { hint: CURE, cause: error });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (syscall !== undefined) {
      throw new ImageSpecError("E_INPUT_FILE", `${path} cannot be read (${code})`, { hint: CURE, cause: error });
    }
    throw error;
  }
}

/**
 * The host a key of `auths` or `credHelpers` stands for, without scheme and API path; podman's repository path is kept.
 * All of Docker Hub's names are `docker.io`.
 */
export function configKey(key: string): string {
  const bare = key.replace(/^https?:\/\//, "").replace(/\/+$/, "");
  const slash = bare.indexOf("/");
  const host = slash === -1 ? bare : bare.slice(0, slash);
  const path = slash === -1 ? "" : bare.slice(slash).replace(/^\/v[12](?=\/|$)/, "");
  return hubName(host.toLowerCase()) + path;
}

/**
 * What docker, its credential helpers and engines call a registry: its host, but for Docker Hub's address of old. Pure.
 */
export function dockerServer(registry: string): string {
  return configKey(registry) === "docker.io" ? "https://index.docker.io/v1/" : registry;
}

function hubName(host: string): string {
  return ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"].includes(host) ? "docker.io" : host;
}

/** The credential an entry of `auths` holds itself; undefined when it holds none (a helper has it). */
export function authEntryCredential(value: unknown, key: string, source: string): Credential | undefined {
  if (!isRecord(value)) return undefined;
  const text = (field: string): string => (typeof value[field] === "string" ? (value[field] as string) : "");
  let username = text("username");
  let password = text("password");
  if (text("auth") !== "") {
    const decoded = Buffer.from(text("auth"), "base64").toString("utf8").replace(/\0+$/, "");
    const colon = decoded.indexOf(":");
    if (colon === -1) {
      const message = `${source}: the entry for ${key} has an "auth" that is not base64 of user:password`;
      throw new ImageSpecError("E_INPUT_FILE", message, { hint: `Run \`docker login ${configKey(key)}\` again.` });
    }
    username = decoded.slice(0, colon);
    password = decoded.slice(colon + 1);
  }
  if (text("identitytoken") !== "") {
    return { kind: "identity-token", token: text("identitytoken"), ...(username === "" ? {} : { username }) };
  }
  if (text("registrytoken") !== "") return { kind: "registry-token", token: text("registrytoken") };
  return username === "" && password === "" ? undefined : { kind: "basic", username, password };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
