import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { Kubernetes } from "../../../scripts/services/kubernetes.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes, as its server gives them
export type KubeObject = any;

/** The cluster as its administrator: what a test prepares, and what the stand-in node does. */
export class KubeAdmin {
  readonly #api: Kubernetes;
  readonly #ca: Buffer;

  constructor(api: Kubernetes) {
    this.#api = api;
    this.#ca = readFileSync(api.caFile);
  }

  get(path: string): Promise<KubeObject> {
    return this.call("GET", path);
  }

  async list(path: string): Promise<KubeObject[]> {
    return (await this.get(path)).items;
  }

  create(path: string, object: object): Promise<KubeObject> {
    return this.call("POST", path, object);
  }

  /** Merges into the object's status. */
  patchStatus(path: string, status: object): Promise<KubeObject> {
    return this.call("PATCH", `${path}/status`, { status });
  }

  /** Without a controller manager nobody else ends finalizers. */
  async remove(path: string): Promise<void> {
    await this.call("PATCH", path, { metadata: { finalizers: null } }).catch(() => undefined);
    await this.call("DELETE", path, { gracePeriodSeconds: 0, propagationPolicy: "Background" }).catch(ignoreMissing);
  }

  call(method: string, path: string, body?: object): Promise<KubeObject> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const length = { "content-length": Buffer.byteLength(text ?? "") };
    const headers = { authorization: `Bearer ${this.#api.token}`, "content-type": type, ...length };
    return new Promise((resolve, reject) => {
      const call = request(`${this.#api.server}${path}`, { method, headers, ca: this.#ca }, (response) => {
        read(response).then(resolve, reject);
      });
      call.on("error", reject);
      call.end(text);
    });
  }
}

async function read(response: IncomingMessage): Promise<KubeObject> {
  let text = "";
  for await (const chunk of response) text += chunk;
  const status = response.statusCode ?? 0;
  const answer = text.startsWith("{") ? JSON.parse(text) : { message: text };
  if (status >= 300) throw Object.assign(new Error(`${status}: ${answer.message}`), { status });
  return answer;
}

export function ignoreMissing(error: unknown): void {
  const { status } = error as { status?: number };
  if (status !== 404 && status !== 409) throw error;
}
