import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { type Credential, ImageSpecError, type ProcessEnvironment, parseReference } from "@imagespec/registry";
import { type EngineRequest, exchange } from "./exchange.ts";
import { type EngineEndpoint, engineEndpoint } from "./find-endpoint.ts";
import { type ProgressMessage, parseJson, readProgress, readText, strangeAnswer } from "./read-answer.ts";
import { registryAuth } from "./registry-auth.ts";

/** Milliseconds without a byte before a call fails. Unpacking or removing a large layer can take minutes. */
const SILENCE_MS = { GET: 5000, POST: 600_000, DELETE: 600_000 } as const;

type Question = Omit<EngineRequest, "silence" | "signal"> & { silence?: number };

/** A request to the engine's API that has no method of its own here. */
export interface ApiRequest {
  method: "GET" | "POST" | "DELETE";
  /** With the query, without an API version: `/containers/json?all=1`. */
  path: string;
  /** Sent as JSON. */
  body?: object | undefined;
}

/** An image as the engine describes it. */
export interface EngineImage {
  /** `sha256:` and the digest of the image's config (of its manifest, with containerd's image store). */
  id: string;
  os: string;
  architecture: string;
  variant?: string | undefined;
  tags: string[];
  /** `name@digest` for each registry the engine pulled it from or pushed it to. */
  digests: string[];
}

/** What an engine says of itself. */
export interface EngineVersion {
  /** Which engine it is, since each has version numbers of its own; `other` where its answer does not say. */
  product: "docker" | "podman" | "other";
  version: string;
  apiVersion: string;
  os: string;
  architecture: string;
}

/** Which engine to connect to, and what ends the calls to it. */
export interface ConnectOptions {
  /** Where the engine listens; default: what `env` says. */
  endpoint?: EngineEndpoint | undefined;
  /** Variables that say where the engine listens; default `process.env`. */
  env?: ProcessEnvironment | undefined;
  /** Cancels every call made through this connection, with E_ABORTED. */
  signal?: AbortSignal | undefined;
}

/**
 * A client of a docker-compatible engine's API (docker, or podman's service). Every call opens a connection of its own
 * and closes it, so there is nothing to close.
 *
 * All methods throw ImageSpecError E_DAEMON when the engine does not answer or refuses, E_ABORTED when cancelled, and
 * E_REFERENCE when a name is not an image reference.
 *
 * @example
 * const engine = await ContainerEngine.connect();
 * await engine.loadImage(createReadStream("image.tar"));
 * const image = await engine.inspectImage("app:1.0");
 */
export class ContainerEngine {
  readonly endpoint: EngineEndpoint;
  readonly #signal: AbortSignal | undefined;

  private constructor(endpoint: EngineEndpoint, signal: AbortSignal | undefined) {
    this.endpoint = endpoint;
    this.#signal = signal;
  }

  /**
   * Finds out where the engine listens. Nothing is sent before the first question.
   *
   * @throws ImageSpecError E_DAEMON when the address is not one that can be used.
   */
  static async connect(options: ConnectOptions = {}): Promise<ContainerEngine> {
    return new ContainerEngine(options.endpoint ?? (await engineEndpoint(options.env)), options.signal);
  }

  /** Asks whether the engine is there. Returns its newest API version, when it states one. */
  async ping(): Promise<{ apiVersion?: string | undefined }> {
    return this.#ask({ method: "GET", path: "/_ping" }, "the ping", async (answer) => {
      await readText(answer);
      const version = answer.headers["api-version"];
      return { apiVersion: Array.isArray(version) ? version[0] : version };
    });
  }

  /** Asks for the engine's version and platform. */
  async version(): Promise<EngineVersion> {
    const document = await this.#ask({ method: "GET", path: "/version" }, "its version", readJson);
    const { Components, Version, ApiVersion, Os, Arch } = document;
    return {
      product: productOf(Components),
      version: text(Version),
      apiVersion: text(ApiVersion),
      os: text(Os),
      architecture: text(Arch),
    };
  }

  /** The image of that name, digest or id; undefined when the engine does not have it. */
  async inspectImage(name: string): Promise<EngineImage | undefined> {
    const request = { method: "GET", path: `/images/${encodeName(name)}/json` } as const;
    const document = await this.#ask(request, `the question about ${name}`, readJson, () => undefined);
    if (document === undefined) return undefined;
    const { Id, Os, Architecture, Variant, RepoTags, RepoDigests } = document;
    if (typeof Id !== "string" || typeof Os !== "string" || typeof Architecture !== "string") {
      throw strangeAnswer(`The container engine's answer about ${name} does not describe an image`);
    }
    return {
      id: Id,
      os: Os,
      architecture: Architecture,
      variant: typeof Variant === "string" && Variant !== "" ? Variant : undefined,
      tags: texts(RepoTags),
      digests: texts(RepoDigests),
    };
  }

  /**
   * Loads the images of an archive, in docker's format or as an OCI layout where the engine reads one. The stream is
   * destroyed in any case; when reading it fails, its own error is thrown.
   */
  async loadImage(archive: Readable): Promise<void> {
    const headers = { "Content-Type": "application/x-tar" };
    await this.#transfer({ method: "POST", path: "/images/load", headers, body: archive }, "the image archive");
  }

  /** Has the engine pull an image from its registry: by digest when the reference has one, else by tag (`latest`). */
  async pullImage(reference: string, credential?: Credential): Promise<void> {
    const { name, tag, digest } = parseReference(reference);
    const query = new URLSearchParams({ fromImage: name, tag: digest ?? tag ?? "latest" });
    const headers = { "X-Registry-Auth": registryAuth(reference, credential) };
    await this.#transfer({ method: "POST", path: `/images/create?${query}`, headers }, `the pull of ${reference}`);
  }

  /**
   * Has the engine push an image under its tag (`latest`). Returns the manifest's digest, when the engine states it.
   */
  async pushImage(reference: string, credential?: Credential): Promise<string | undefined> {
    const { name, tag } = parseReference(reference);
    const path = `/images/${encodeName(name)}/push?${new URLSearchParams({ tag: tag ?? "latest" })}`;
    const headers = { "X-Registry-Auth": registryAuth(reference, credential) };
    let digest: string | undefined;
    await this.#transfer({ method: "POST", path, headers }, `the push of ${reference}`, ({ aux }) => {
      const told = (aux as { Digest?: unknown } | null | undefined)?.Digest;
      if (typeof told === "string") digest = told;
    });
    return digest;
  }

  /** Gives an image the engine has another name. */
  async tagImage(image: string, reference: string): Promise<void> {
    const { name, tag } = parseReference(reference);
    const query = new URLSearchParams({ repo: name, tag: tag ?? "latest" });
    const request = { method: "POST", path: `/images/${encodeName(image)}/tag?${query}` } as const;
    await this.#ask(request, `the tag ${reference}`, readText);
  }

  /**
   * Removes a name from the engine, and with its last name the image.
   *
   * @returns false when the engine does not have it.
   */
  async removeImage(name: string): Promise<boolean> {
    const request = { method: "DELETE", path: `/images/${encodeName(name)}` } as const;
    const removed = await this.#ask(request, `the removal of ${name}`, readText, () => undefined);
    return removed !== undefined;
  }

  /**
   * Sends a request that has no method here. `read` gets the answer when its status is below 300; it may read it to the
   * end or leave it: the connection is closed afterwards.
   */
  async request<T>({ method, path, body }: ApiRequest, read: (answer: Readable) => Promise<T>): Promise<T> {
    const sent = body === undefined ? undefined : Readable.from([Buffer.from(JSON.stringify(body))]);
    const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
    return this.#ask({ method, path, headers, body: sent, silence: SILENCE_MS.POST }, `${method} ${path}`, read);
  }

  async #transfer(request: Question, subject: string, onMessage?: (message: ProgressMessage) => void): Promise<void> {
    const failed = (reason: string) => this.#refusal(subject, reason);
    await this.#ask(request, subject, (answer) => readProgress(answer, failed, onMessage));
  }

  /** Sends a request and has a good answer read. `missing` makes the result for "no such image", no failure then. */
  #ask<T, Missing = never>(
    request: Question,
    subject: string,
    read: (answer: IncomingMessage) => Promise<T>,
    missing?: () => Missing,
  ): Promise<T | Missing> {
    const sent = { silence: SILENCE_MS[request.method], ...request, signal: this.#signal };
    return exchange<T | Missing>(this.endpoint, sent, async (answer) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return read(answer);
      const body = await readText(answer);
      const message = messageOf(body);
      // Another server's 404 says nothing about images.
      if (status === 404 && message !== undefined && missing !== undefined) return missing();
      throw this.#refusal(subject, `${message ?? (body.slice(0, 200).trim() || "no reason given")} (status ${status})`);
    });
  }

  #refusal(subject: string, reason: string): ImageSpecError {
    const message = `The container engine at ${this.endpoint.host} refused ${subject}: ${reason}`;
    const hint = "Look at the engine's log; `docker info` shows whether it works.";
    return new ImageSpecError("E_DAEMON", message, { hint });
  }
}

/** The first component of an engine's answer is the engine itself. */
function productOf(components: unknown): EngineVersion["product"] {
  const [first] = Array.isArray(components) ? components : [];
  const name = (first as { Name?: unknown } | null | undefined)?.Name;
  if (name === "Engine") return "docker";
  return name === "Podman Engine" ? "podman" : "other";
}

async function readJson(answer: IncomingMessage): Promise<Record<string, unknown>> {
  const document = parseJson(await readText(answer));
  return typeof document === "object" && document !== null ? (document as Record<string, unknown>) : {};
}

/** The API's error text. Undefined for an answer of another shape. */
function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

function encodeName(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
