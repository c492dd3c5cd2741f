import { request as httpRequest, type IncomingMessage } from "node:http";
import { type Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { delimiter } from "node:path";
import { json, text } from "node:stream/consumers";
import { ImageSpecError, isImageSpecError, isNamedPipe } from "@imagespec/registry";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesOptions } from "../options.ts";

/** Milliseconds for a whole call, streams excepted. */
const REQUEST_TIME_MS = 10_000;
const CHECK_CONTEXT = "Check the current context of your kubeconfig with `kubectl cluster-info`.";

/** A refusal of the Kubernetes API: the HTTP status and what its Status object says. */
export class KubeRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * Whether a call that failed so may succeed a little later: the API did not answer, is overloaded or changes its
 * leader.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof KubeRefusal) return error.status === 429 || error.status >= 500;
  return isImageSpecError(error, "E_KUBERNETES");
}

interface KubeCall {
  method: string;
  path: string;
  query: Record<string, string>;
  body?: object | undefined;
  signal: AbortSignal;
}

/** A Kubernetes API server, spoken to as the user of a kubeconfig or of the Pod this process runs in. */
export class Cluster {
  readonly namespace: string;
  readonly server: string;
  readonly #config: KubeConfig;
  #agent: Agent | undefined;

  constructor(config: KubeConfig, namespace: string) {
    this.#config = config;
    this.namespace = namespace;
    this.server = config.getCurrentCluster()?.server ?? "";
  }

  /** Path of a kind's collection in the namespace, or of one object of it. */
  path(kind: "jobs" | "pods" | "secrets" | "configmaps" | "events", name?: string): string {
    const group = kind === "jobs" ? "/apis/batch/v1" : "/api/v1";
    return `${group}/namespaces/${this.namespace}/${kind}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
  }

  /** An object or list; undefined when there is none. */
  async get<T>(path: string, query: Record<string, string> = {}): Promise<T | undefined> {
    try {
      const found = await this.#call("GET", path, query);
      if (isObject(found)) return found as T;
      const message = `The Kubernetes API at ${this.server} answers with no object of Kubernetes`;
      throw new ImageSpecError("E_KUBERNETES", message, { hint: CHECK_CONTEXT });
    } catch (error) {
      if (error instanceof KubeRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async create<T>(path: string, object: object): Promise<T> {
    // A field that the server does not know is an error, as with kubectl.
    return (await this.#call("POST", path, { fieldValidation: "Strict" }, object)) as T;
  }

  /** Deletes an object, what it owns in the background. One that is gone already is fine; so is one of another uid. */
  async delete(path: string, uid?: string): Promise<void> {
    const body = { propagationPolicy: "Background", preconditions: uid === undefined ? undefined : { uid } };
    try {
      await this.#call("DELETE", path, {}, body);
    } catch (error) {
      if (error instanceof KubeRefusal && (error.status === 404 || error.status === 409)) return;
      throw error;
    }
  }

  /** The bytes of an answer as they come: a watch, or a log that is followed. Ends when the server ends it. */
  async *stream(path: string, query: Record<string, string>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const response = await this.#send({ method: "GET", path, query, signal });
    if ((response.statusCode ?? 0) >= 300) throw await refusal(response);
    for await (const chunk of response) yield chunk as Uint8Array;
  }

  async #call(method: string, path: string, query: Record<string, string>, body?: object): Promise<unknown> {
    const signal = AbortSignal.timeout(REQUEST_TIME_MS);
    try {
      const response = await this.#send({ method, path, query, body, signal });
      if ((response.statusCode ?? 0) >= 300) throw await refusal(response);
      return await json(response);
    } catch (error) {
      if (error instanceof KubeRefusal || isImageSpecError(error)) throw error;
      const reason = signal.aborted ? `it took longer than ${REQUEST_TIME_MS / 1000} s` : (error as Error).message;
      throw new ImageSpecError("E_KUBERNETES", `The Kubernetes API at ${this.server} does not answer: ${reason}`, {
        cause: error,
        hint: CHECK_CONTEXT,
      });
    }
  }

  async #send({ method, path, query, body, signal }: KubeCall): Promise<IncomingMessage> {
    const url = new URL(`${this.server.replace(/\/+$/, "")}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const options: RequestOptions = { method, signal, headers: { accept: "application/json" } };
    // Each time: the tokens of a Pod and of credential plug-ins expire.
    await this.#config.applyToHTTPSOptions(options).catch((cause: Error) => {
      throw new ImageSpecError("E_KUBERNETES", `The kubeconfig is of no use at ${this.server}: ${cause.message}`, {
        cause,
        hint: "Check the cluster and the user of its current context with `kubectl cluster-info`.",
      });
    });
    this.#agent ??= options.agent as Agent;
    options.agent = this.#agent;
    const sent = body && JSON.stringify(body);
    if (sent !== undefined) {
      const about = { "content-type": "application/json", "content-length": Buffer.byteLength(sent) };
      options.headers = { ...options.headers, ...about };
    }
    return new Promise((resolve, reject) => {
      const request = url.protocol === "http:" ? httpRequest : httpsRequest;
      const call = request(url, options, resolve);
      call.on("error", reject);
      call.end(sent);
    });
  }
}

/**
 * Connects to the cluster of the options. Nothing is sent yet.
 *
 * @throws ImageSpecError E_TOOL_MISSING without @kubernetes/client-node, E_KUBERNETES without a usable kubeconfig.
 */
export async function connectCluster(options: KubernetesOptions): Promise<Cluster> {
  // An optional peer of 60 MB: only those who build on Kubernetes install and load it.
  const client = await import("@kubernetes/client-node").catch((cause: unknown) => {
    throw new ImageSpecError("E_TOOL_MISSING", "Mode kubernetes needs the package @kubernetes/client-node", {
      cause,
      hint: "Install it: `npm install @kubernetes/client-node`.",
    });
  });
  const config = new client.KubeConfig();
  try {
    const { kubeconfig } = options;
    const paths = kubeconfig === undefined ? (process.env.KUBECONFIG ?? "").split(delimiter) : [kubeconfig];
    for (const path of paths) if (await isNamedPipe(path)) throw new Error(`${path} is a pipe, not a file`);
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    if (options.context !== undefined) config.setCurrentContext(options.context);
  } catch (cause) {
    throw new ImageSpecError("E_KUBERNETES", `The kubeconfig cannot be read: ${(cause as Error).message}`, {
      cause,
      hint: "Set KUBECONFIG, or builderOptions { kubernetes: { kubeconfig: PATH } }.",
    });
  }
  if (isMadeUp(config)) {
    throw new ImageSpecError("E_KUBERNETES", "No kubeconfig is there, and this process is in no Pod of a cluster", {
      hint: "Set KUBECONFIG, or builderOptions { kubernetes: { kubeconfig: PATH } }.",
    });
  }
  const context = config.getContextObject(config.getCurrentContext());
  if (config.getCurrentCluster() === null) {
    throw new ImageSpecError(
      "E_KUBERNETES",
      `The kubeconfig has no cluster for the context "${config.getCurrentContext()}"`,
      { hint: "Choose one of `kubectl config get-contexts` in builderOptions { kubernetes: { context: NAME } }." },
    );
  }
  return new Cluster(config, options.namespace ?? context?.namespace ?? "default");
}

/** Whether an answer is an object of Kubernetes, a list of them, or what its API says of its own version. */
function isObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { metadata, items, gitVersion } = value as { metadata?: unknown; items?: unknown; gitVersion?: unknown };
  return typeof gitVersion === "string" || Array.isArray(items) || (typeof metadata === "object" && metadata !== null);
}

/** Where the client finds no kubeconfig, it makes up one for a server of old, on this machine. */
function isMadeUp(config: KubeConfig): boolean {
  return (
    config.getCurrentContext() === "loaded-context" && config.getCurrentCluster()?.server === "http://localhost:8080"
  );
}

async function refusal(response: IncomingMessage): Promise<KubeRefusal> {
  const body = await text(response);
  try {
    const { reason, message } = JSON.parse(body) as { reason?: string; message?: string };
    return new KubeRefusal(response.statusCode ?? 0, reason ?? "", message ?? body);
  } catch {
    return new KubeRefusal(response.statusCode ?? 0, "", body.slice(0, 500));
  }
}
