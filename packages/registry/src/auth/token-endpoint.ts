import type { Credential } from "../credentials/credential.ts";
import { collectBytes } from "../digest/collect-bytes.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import type { HttpResponse } from "../http/message/http-message.ts";
import { networkFault } from "../http/network-fault.ts";

export interface TokenRequest {
  /** The realm of the challenge, already checked to be allowed. */
  realm: URL;
  service: string | undefined;
  scopes: string[];
  credential: Credential | undefined;
  /** Names the registry in messages. */
  registry: string;
}

export interface BearerToken {
  token: string;
  /** Milliseconds of this process's clock until which it may be used. */
  usableUntil: number;
}

const MAX_ANSWER = 1024 * 1024;
/**
 * How token servers without the OAuth2 endpoint answer POST. 401 is Quay's; whether the credential is good GET then
 * tells.
 */
const POST_REFUSALS: ReadonlySet<number> = new Set([401, 404, 405, 415, 501]);

/**
 * Fetches a bearer token (distribution's token and OAuth2 specifications). An identity token is exchanged by POST, or
 * by GET where POST is refused; a password is sent as Basic, and without a credential nothing is. Redirects are not
 * followed: the credential is for this host alone.
 */
export async function fetchToken(request: TokenRequest, transport: HttpTransport): Promise<BearerToken> {
  const asked = Date.now();
  try {
    let answer = await ask(request, transport);
    if (request.credential?.kind === "identity-token" && POST_REFUSALS.has(answer.status)) {
      // A token server without POST takes the identity token as the password.
      await answer.body.dump();
      const { token, username = "" } = request.credential;
      answer = await ask({ ...request, credential: { kind: "basic", username, password: token } }, transport);
    }
    return await readToken(answer, asked, request);
  } catch (error) {
    const fault = networkFault(error);
    // Errors that a retry may cure are rethrown as they are, and retried with the request that needs the token.
    if (fault === undefined || fault.passing) throw error;
    const where = `The token server ${request.realm.host} of ${request.registry}`;
    throw new ImageSpecError("E_REGISTRY_UNREACHABLE", `${where} cannot be reached: ${fault.reason} (${fault.code})`, {
      hint: "Check DNS, firewall, HTTPS_PROXY and SSL_CERT_FILE.",
      cause: error,
      details: { registry: request.registry, tokenServer: request.realm.host, reason: fault.kind, code: fault.code },
    });
  }
}

function ask(request: TokenRequest, transport: HttpTransport): Promise<HttpResponse> {
  const { realm, service, scopes, credential } = request;
  if (credential?.kind === "identity-token") {
    const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "imagespec" });
    if (service !== undefined) form.set("service", service);
    form.set("scope", scopes.join(" "));
    form.set("refresh_token", credential.token);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return transport.send({ method: "POST", url: realm, headers, body: form.toString() });
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const headers: Record<string, string> = {};
  if (credential?.kind === "basic") {
    url.searchParams.set("account", credential.username);
    headers.authorization = basicHeader(credential.username, credential.password);
  }
  return transport.send({ method: "GET", url, headers });
}

/** The Basic header of RFC 7617, in UTF-8. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Whether it can stand in a header as a bearer token. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

async function readToken(response: HttpResponse, asked: number, request: TokenRequest): Promise<BearerToken> {
  const { registry } = request;
  const where = `The token server ${request.realm.host} of ${registry}`;
  const { status } = response;
  const bytes = await collectBytes(response.body, MAX_ANSWER, `${where}: its answer`);
  if (status !== 200) {
    const refused = status === 400 || status === 401 || status === 403;
    const what = refused ? `refuses the credentials (status ${status})` : `answered with status ${status}`;
    throw new ImageSpecError(refused ? "E_REGISTRY_AUTH" : "E_REGISTRY", `${where} ${what}`, {
      hint: refused ? `Run \`docker login ${registry}\` again.` : "Try again later.",
      details: { registry, tokenServer: request.realm.host, status, retryAfter: response.header("retry-after") },
    });
  }
  let json: { token?: unknown; access_token?: unknown; expires_in?: unknown };
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    json = {};
  }
  const token = [json?.token, json?.access_token].find((value) => typeof value === "string" && value !== "");
  if (!isToken(token)) {
    throw new ImageSpecError("E_REGISTRY_AUTH", `${where} gave no token`, {
      hint: "Report this to whoever runs that server.",
      details: { registry, tokenServer: request.realm.host, status },
    });
  }
  // Measured by our own clock from the request on, since the server's may be wrong. 60 s is the specification's
  // default.
  const seconds = typeof json.expires_in === "number" && json.expires_in > 0 ? json.expires_in : 60;
  const margin = Math.min(10, seconds / 2);
  return { token, usableUntil: asked + (seconds - margin) * 1000 };
}
