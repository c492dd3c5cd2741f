import type { Credential } from "../credentials/credential.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { SharedAnswer } from "./shared-answer.ts";
import { type BearerToken, basicHeader, fetchToken, isToken } from "./token-endpoint.ts";

export interface RegistryAuthOptions {
  registry: string;
  transport: HttpTransport;
  /** Asked once, at the first challenge; the signal is aborted when nobody waits for the answer any more. */
  credential(signal: AbortSignal): Promise<Credential | undefined>;
  /** Whether that host may be spoken to without TLS. */
  plainAllowed(host: string): boolean;
}

/**
 * What to send in Authorization to one registry. Nothing is sent before the registry has asked; then what it asked for
 * is remembered, tokens per set of scopes, each fetched once for all who wait for it.
 */
export class RegistryAuth {
  readonly #options: RegistryAuthOptions;
  readonly #tokens = new Map<string, { promise: Promise<BearerToken>; settled?: BearerToken }>();
  #challenge: Challenge | undefined;
  readonly #credential: SharedAnswer<Credential | undefined>;

  constructor(options: RegistryAuthOptions) {
    this.#options = options;
    this.#credential = new SharedAnswer((signal) => options.credential(signal));
  }

  /** True when there was a credential to send; for wording an error. */
  async hasCredential(): Promise<boolean> {
    return (await this.#credential.known) !== undefined;
  }

  /** Every secret that may have been sent, as it was sent; for hiding them in what a server says. */
  async secrets(): Promise<string[]> {
    const credential = await this.#credential.known?.catch(() => undefined);
    const tokens = [...this.#tokens.values()].flatMap(({ settled }) => (settled === undefined ? [] : [settled.token]));
    if (credential === undefined) return tokens;
    if (credential.kind !== "basic") return [...tokens, credential.token];
    const { username, password } = credential;
    return [...tokens, password, basicHeader(username, password).slice("Basic ".length)];
  }

  /**
   * The header to send for these scopes; undefined while the registry has not asked.
   *
   * @throws ImageSpecError E_REGISTRY_AUTH and network errors.
   */
  async header(scopes: string[], signal?: AbortSignal): Promise<string | undefined> {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    const credential = await this.#credential.get(signal);
    if (credential?.kind === "registry-token") return this.#bearer(credential.token);
    if (challenge.scheme === "basic") {
      return credential?.kind === "basic" ? basicHeader(credential.username, credential.password) : undefined;
    }
    const { token } = await this.#token(challenge, scopes, credential);
    return `Bearer ${token}`;
  }

  /**
   * Learns from the WWW-Authenticate of a refusal. Returns false when it asks for nothing we know. The token that was
   * `sent` and refused is forgotten, so that the next `header` fetches a new one; one fetched meanwhile is kept.
   */
  learn(wwwAuthenticate: string | undefined, scopes: string[], sent: string | undefined): boolean {
    const challenges = parseChallenges(wwwAuthenticate ?? "");
    const chosen =
      challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.realm !== undefined) ??
      challenges.find(({ scheme }) => scheme === "basic");
    if (chosen === undefined) return false;
    this.#challenge = chosen;
    const known = this.#tokens.get(scopes.join(" "));
    if (known?.settled !== undefined && sent === `Bearer ${known.settled.token}`) this.#tokens.delete(scopes.join(" "));
    return true;
  }

  #bearer(token: string): string {
    if (isToken(token)) return `Bearer ${token}`;
    const { registry } = this.#options;
    throw new ImageSpecError("E_REGISTRY_AUTH", `The token for ${registry} has signs that no request can carry`, {
      hint: "Correct the registrytoken in the docker config.json: it is one word of ASCII.",
      details: { registry },
    });
  }

  async #token(challenge: Challenge, scopes: string[], credential: Credential | undefined): Promise<BearerToken> {
    const key = scopes.join(" ");
    const known = this.#tokens.get(key);
    if (known !== undefined && (known.settled === undefined || known.settled.usableUntil > Date.now())) {
      return known.promise;
    }
    const { registry, transport } = this.#options;
    const { realm, service } = challenge.parameters;
    const request = { realm: this.#realm(realm ?? ""), service, scopes, credential, registry };
    const entry: { promise: Promise<BearerToken>; settled?: BearerToken } = { promise: fetchToken(request, transport) };
    this.#tokens.set(key, entry);
    try {
      entry.settled = await entry.promise;
      return entry.settled;
    } catch (error) {
      if (this.#tokens.get(key) === entry) this.#tokens.delete(key);
      throw error;
    }
  }

  /** The token server's address: TLS, unless both it and the registry may be spoken to without. */
  #realm(text: string): URL {
    const { registry, plainAllowed } = this.#options;
    const url = URL.parse(text);
    const plain = url?.protocol === "http:" && plainAllowed(url.host) && plainAllowed(registry);
    if (url === null || !(url.protocol === "https:" || plain) || url.username !== "" || url.password !== "") {
      const message = `${registry} sends its callers to "${text}" for a token, which is refused`;
      throw new ImageSpecError("E_REGISTRY_AUTH", message, {
        hint: "Report this to whoever runs the registry: a token server must be an https address. No credential was sent there.",
        details: { registry },
      });
    }
    return url;
  }
}
