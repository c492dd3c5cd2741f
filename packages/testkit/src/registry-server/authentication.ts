import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Answer } from "./call.ts";
import { RegistryFault } from "./registry-fault.ts";
import type { RegistryAuth } from "./registry-options.ts";

const SERVICE = "imagespec-testkit";

interface Grant {
  /** `NAME:ACTION` pairs. */
  allowed: Set<string>;
  uses: number;
}

/** Lets requests in or challenges them (RFC 7235; docker's token authentication). */
export class Authentication {
  readonly #auth: RegistryAuth | undefined;
  readonly #grants = new Map<string, Grant>();

  constructor(auth: RegistryAuth | undefined) {
    this.#auth = auth;
  }

  /** Throws the 401 challenge unless the request may do `action` to repository `name` (none: the `/v2/` check). */
  check(request: IncomingMessage, origin: string, name: string | undefined, action: string): void {
    const auth = this.#auth;
    if (auth === undefined) return;
    const header = request.headers.authorization;
    if (auth.type === "basic") {
      if (userOf(header, auth.users) === undefined)
        throw unauthorized('Basic realm="imagespec-testkit", charset="UTF-8"');
      return;
    }
    const grant = this.#grants.get(/^Bearer (.+)$/i.exec(header ?? "")?.[1] ?? "");
    const expired = grant !== undefined && auth.tokenUses !== undefined && grant.uses >= auth.tokenUses;
    if (grant && !expired && (name === undefined || grant.allowed.has(`${name}:${action}`))) {
      grant.uses++;
      return;
    }
    const scope = name === undefined ? "" : `,scope="repository:${name}:${action === "push" ? "pull,push" : action}"`;
    const error = header === undefined ? "" : `,error="${grant && !expired ? "insufficient_scope" : "invalid_token"}"`;
    throw unauthorized(`Bearer realm="${auth.realm ?? `${origin}/token`}",service="${SERVICE}"${scope}${error}`);
  }

  /** The token service: GET with Basic, or POST of an OAuth2 form with a password or a refresh token. */
  async token(request: IncomingMessage, query: URLSearchParams): Promise<Answer> {
    const auth = this.#auth;
    if (auth?.type !== "bearer") throw new RegistryFault(404, "UNSUPPORTED", "no token service");
    let user = userOf(request.headers.authorization, auth.users);
    let parameters = query;
    if (request.method === "POST") {
      parameters = new URLSearchParams(await text(request));
      user = formUser(parameters, auth);
    }
    const named = request.method === "POST" || request.headers.authorization !== undefined;
    if (user === undefined && named) throw unauthorized('Basic realm="token service"');
    const allowed = new Set<string>();
    // One parameter a scope, or several in one, separated by spaces.
    for (const scope of parameters.getAll("scope").flatMap((value) => value.split(" "))) {
      const match = /^repository:(.+):([a-z,*]+)$/.exec(scope);
      for (const action of match?.[2]?.split(",") ?? [])
        if (user !== undefined || (action === "pull" && auth.anonymousPull)) allowed.add(`${match?.[1]}:${action}`);
    }
    const token = randomBytes(24).toString("base64url");
    this.#grants.set(token, { allowed, uses: 0 });
    const field = auth.tokenField ?? "token";
    // RFC 6749 5.1 names the field that answers a form; registries give it beside the older one.
    const oauth = request.method === "POST" ? { access_token: token } : {};
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ [field]: token, ...oauth, expires_in: 300 }),
    };
  }
}

function formUser(form: URLSearchParams, auth: Extract<RegistryAuth, { type: "bearer" }>): string | undefined {
  if (form.get("grant_type") === "refresh_token") return auth.refreshTokens?.[form.get("refresh_token") ?? ""];
  const user = form.get("username") ?? "";
  return auth.users[user] !== undefined && auth.users[user] === form.get("password") ? user : undefined;
}

function userOf(header: string | undefined, users: Record<string, string>): string | undefined {
  const encoded = /^Basic (.+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const login = Buffer.from(encoded, "base64").toString();
  const user = login.slice(0, login.indexOf(":"));
  return users[user] !== undefined && users[user] === login.slice(user.length + 1) ? user : undefined;
}

function unauthorized(challenge: string): RegistryFault {
  return new RegistryFault(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": challenge });
}
