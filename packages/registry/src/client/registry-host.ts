import { RegistryAuth } from "../auth/registry-auth.ts";
import type { Credential } from "../credentials/credential.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import type { HttpRequest, HttpResponse } from "../http/message/http-message.ts";
import { networkFault } from "../http/network-fault.ts";
import { isRetriedStatus, RetryBudget, type RetryOptions, retryAfterMs, waitFor } from "../http/retry-policy.ts";
import { untilAborted } from "../http/until-aborted.ts";
import type { RegistryEvent } from "./registry-event.ts";
import { aborted, type Subject, statusFault, unreachable } from "./registry-fault.ts";

/** One operation on a registry, made of as many requests as retries, authorization and redirects take. */
export interface RegistryCall {
  subject: Subject;
  method: HttpRequest["method"];
  /** `/v2/...`, or an absolute URL the registry gave. */
  target: string | URL;
  /** Token scopes, sorted: `repository:team/app:pull`. */
  scopes: string[];
  headers?: Record<string, string> | undefined;
  /** Opens the body, once for each try. */
  body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** The statuses to return; every other becomes an error. */
  accept: readonly number[] | ((status: number) => boolean);
  signal?: AbortSignal | undefined;
  /** For a GET of a large body. */
  largeBody?: HttpRequest["largeBody"] | undefined;
  /** The caller tries again itself. */
  once?: boolean;
}

export interface RegistryHostOptions {
  /** The registry's name in messages. */
  name: string;
  /** Its address. Never rejects. */
  base(): Promise<URL>;
  /** Asked once, when the registry first asks for credentials; cancelled when nobody waits for it any more. */
  credential(signal: AbortSignal): Promise<Credential | undefined>;
  transport: HttpTransport;
  plainAllowed(host: string): boolean;
  retry: RetryOptions;
  onEvent?: ((event: RegistryEvent) => void) | undefined;
}

const MAX_HOPS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Talks to one registry host: scheme, authorization, redirects, retries, and errors that say what to do. */
export class RegistryHost {
  readonly #options: RegistryHostOptions;
  readonly #auth: RegistryAuth;

  constructor(options: RegistryHostOptions) {
    this.#options = options;
    this.#auth = new RegistryAuth({
      registry: options.name,
      transport: options.transport,
      plainAllowed: options.plainAllowed,
      credential: options.credential,
    });
  }

  /**
   * Runs a call.
   *
   * @throws ImageSpecError E_REGISTRY_UNREACHABLE, E_REGISTRY_AUTH, E_REGISTRY (with details.status) or E_ABORTED.
   */
  send(call: RegistryCall): Promise<HttpResponse> {
    return this.receive(call, async (response) => response);
  }

  /**
   * Runs a call whose answer is read whole by `read`: a body that breaks off or stalls is a failed try, too.
   *
   * @throws ImageSpecError as {@link send}, and what `read` throws.
   */
  async receive<T>(call: RegistryCall, read: (response: HttpResponse) => Promise<T>): Promise<T> {
    const budget = new RetryBudget(this.#options.retry);
    for (;;) {
      const outcome = await this.#try(call, budget.failures + 1, read);
      if ("answer" in outcome) return outcome.answer;
      const wait = call.once || !outcome.retry ? undefined : budget.next(outcome);
      if (wait === undefined) throw outcome.error;
      await this.pause(call, outcome.error, budget.failures, wait);
    }
  }

  /** Emits an event and waits before another try. @throws ImageSpecError E_ABORTED. */
  async pause(
    call: Pick<RegistryCall, "subject" | "signal">,
    error: ImageSpecError,
    attempt: number,
    waitMs: number,
  ): Promise<void> {
    const { registry, action } = call.subject;
    this.#options.onEvent?.({ type: "retry", registry, action, reason: error.message, attempt, waitMs });
    try {
      await waitFor(waitMs, call.signal);
    } catch (cause) {
      throw aborted(action, cause);
    }
  }

  async #try<T>(
    call: RegistryCall,
    tries: number,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<
    { answer: T } | { error: ImageSpecError; retry: boolean; timeout?: boolean; retryAfterMs?: number | undefined }
  > {
    const asked: { url?: URL } = {};
    try {
      const response = await this.#request(call, asked);
      if (accepts(call, response.status)) return { answer: await read(response) };
      const after = retryAfterMs(response.header("retry-after"), Date.now());
      const hadCredential = await this.#auth.hasCredential();
      const subject = await this.subjectAt(call.subject, response.url);
      const error = await statusFault(subject, response, { hadCredential, sent: await this.#auth.secrets() });
      return { error, retry: isRetriedStatus(response.status), retryAfterMs: after };
    } catch (cause) {
      if (call.signal?.aborted) throw aborted(call.subject.action, cause);
      if (isImageSpecError(cause)) {
        if (!isImageSpecError(cause, "E_REGISTRY")) return { error: cause, retry: false };
        const { status, retryAfter } = cause.details;
        const retry = status !== undefined && isRetriedStatus(status);
        return { error: cause, retry, retryAfterMs: retryAfterMs(retryAfter, Date.now()) };
      }
      const fault = networkFault(cause);
      if (fault === undefined) throw cause;
      const error = unreachable(await this.subjectAt(call.subject, asked.url), fault, tries, cause);
      return { error, retry: fault.passing, timeout: fault.kind === "timeout" };
    }
  }

  /** The subject of a failure at `url`, which names the host there where that is not this one. */
  async subjectAt(subject: Subject, url: URL | undefined): Promise<Subject> {
    const isOwn = url === undefined || url.origin === (await this.#options.base()).origin;
    return isOwn ? subject : { ...subject, elsewhere: url.host };
  }

  /**
   * One try: answers challenges (the first, and one for a token that ran out) and follows redirects. `asked` gets the
   * address that was asked last.
   */
  async #request(call: RegistryCall, asked: { url?: URL }): Promise<HttpResponse> {
    call.signal?.throwIfAborted();
    const base = await untilAborted(this.#options.base(), call.signal);
    let url = new URL(call.target, base);
    let challenged = 0;
    // After a redirect to another host, that host chooses the path: no credential is sent any more, not even back here.
    let away = url.origin !== base.origin;
    for (let hops = 0; hops <= MAX_HOPS; ) {
      const own = !away;
      asked.url = url;
      const authorization = own
        ? await untilAborted(this.#auth.header(call.scopes, call.signal), call.signal)
        : undefined;
      const { body } = call;
      const response = await this.#options.transport.send({
        method: call.method,
        url,
        headers: { ...call.headers, ...(authorization === undefined ? {} : { authorization }) },
        body: body?.(),
        signal: call.signal,
        largeBody: call.largeBody,
      });
      if (own && isChallenge(response) && challenged < 2) {
        challenged++;
        const learned = this.#auth.learn(response.header("www-authenticate"), call.scopes, authorization);
        const next = learned ? await untilAborted(this.#auth.header(call.scopes, call.signal), call.signal) : undefined;
        if (next === undefined || next === authorization) return response;
        await response.body.dump();
        continue;
      }
      const follow =
        call.method === "GET" || call.method === "HEAD"
          ? REDIRECTS.has(response.status)
          : response.status >= 307 && response.status <= 308;
      const location = response.header("location");
      if (!follow || location === undefined || accepts(call, response.status)) return response;
      await response.body.dump();
      url = this.checkedTarget(location, url, call.subject);
      away ||= url.origin !== base.origin;
      hops++;
    }
    throw new ImageSpecError("E_REGISTRY", `${call.subject.registry} redirects in circles to ${call.subject.action}`, {
      hint: "Report this to whoever runs the registry or a proxy in front of it.",
    });
  }

  /**
   * Where a Location header leads.
   *
   * @throws ImageSpecError E_REGISTRY when it leaves TLS: only a registry that is spoken to without TLS itself may send
   * its callers to another plain address.
   */
  checkedTarget(location: string, from: URL, subject: Subject): URL {
    const url = URL.parse(location, from.href);
    if (url !== null && (url.protocol === "https:" || (url.protocol === "http:" && from.protocol === "http:")))
      return url;
    throw new ImageSpecError(
      "E_REGISTRY",
      `${subject.registry} sends its callers to an address that is refused: ${location.slice(0, 200)}`,
      {
        hint: "Report this to whoever runs the registry or a proxy in front of it: a redirect from https must lead to https.",
      },
    );
  }
}

function accepts(call: RegistryCall, status: number): boolean {
  return typeof call.accept === "function" ? call.accept(status) : call.accept.includes(status);
}

/** 401, and the 403 by which some registries say that the token lacks a scope (RFC 6750, 3.1). */
function isChallenge(response: HttpResponse): boolean {
  if (response.status === 401) return true;
  return response.status === 403 && /insufficient_scope/.test(response.header("www-authenticate") ?? "");
}
