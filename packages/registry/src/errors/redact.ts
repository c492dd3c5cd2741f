import { secretSpans } from "./secret-patterns.ts";
import type { Span } from "./span.ts";
import { bareUserInfos, userInfosOfUrls } from "./user-info.ts";

// https://host/t/TOKEN/channel, as anaconda.org's private channels are addressed.
const CONDA_TOKEN = /(\/t\/)[^\s/]+(\/|$)/g;
// The scheme is looked for backwards, where there is one: from each letter of a long word, it would be looked for in
// vain.
const CONDA_TOKEN_URL = /:\/\/(?<=[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/]+\/t\/[^\s/]+/i;
// `Authorization: Basic ...`, in a header, in JSON, in an argument of a shell.
const AUTHORIZATION =
  /((?:proxy-)?authorization\\?["']?\s{0,4}[:=]\s{0,4}\[?\s{0,4}\\?["']?)(?:([a-z][a-z0-9-]{0,30})\s{1,4})?([^\s"',\]\\]+)/gi;
const SCHEME_AND_TOKEN = /\b(basic|bearer)(\s{1,4}\\?["']?)([a-z0-9._~+/-]+=*)(?![="'\w])/gi;
// A field that holds a secret by its name: `"identitytoken": "..."`, `access_token=...`, `password=...`.
const SECRET_FIELD =
  /(\b(?:(?:access|refresh|identity|registry|id)_?token|auth|password|passwd)\\?["']?\s{0,4}(?:=\s{0,4}\\?["']?|:\s{0,4}\\?["']))([^\s"'&,;}\\]+)/gi;
// Words that follow "Bearer" or "Basic" in sentences.
const PROSE = /^(?:tokens?|auth\w*|schemes?|credentials?|realm|header|challenges?|is|was|not|of|or|and)$/i;

/** What a text carries that must not be written down. */
export type EmbeddedCredential = "user info" | "conda token";

/**
 * The kind of credential that a URL inside a text carries, whatever form it has; undefined when none does. A user name
 * alone does not count where the scheme is ssh's (`git+ssh://git@host`).
 */
export function embeddedCredential(text: string): EmbeddedCredential | undefined {
  if (userInfosOfUrls(text, { quotesEnd: true }).length > 0) return "user info";
  return CONDA_TOKEN_URL.test(text) ? "conda token" : undefined;
}

/**
 * Replaces what may be a credential by `***`, whatever form it has: user info in URLs and before hosts, conda tokens,
 * Authorization headers, Basic and Bearer tokens, fields named like a token or password, and each of `secrets` wherever
 * it stands, also percent-encoded, in hex, in base64 (alone or within a longer text, as in "user:password"), or escaped
 * as in JSON, HTML, shells and programs.
 */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let result = hide(text, secretSpans(text, secrets));
  result = hide(result, userInfosOfUrls(result));
  result = hide(result, bareUserInfos(result));
  return result
    .replace(CONDA_TOKEN, "$1***$2")
    .replace(AUTHORIZATION, (_, before: string, scheme?: string) => `${before}${scheme ? `${scheme} ` : ""}***`)
    .replace(SCHEME_AND_TOKEN, (whole: string, scheme: string, space: string, token: string) =>
      isToken(scheme, token) ? `${scheme}${space}***` : whole,
    )
    .replace(SECRET_FIELD, "$1***");
}

/** The same for every text inside plain data; anything else in it stays as it is. */
export function redactData<T>(value: T): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactData) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactData(inner)])) as T;
}

function hide(text: string, spans: readonly Span[]): string {
  let result = "";
  let done = 0;
  for (const { start, end } of spans) {
    result += `${text.slice(done, start)}***`;
    done = end;
  }
  return result + text.slice(done);
}

function isToken(scheme: string, token: string): boolean {
  if (PROSE.test(token)) return false;
  if (scheme.toLowerCase() === "bearer") return true;
  return /[^a-z]/.test(token) || Buffer.from(token, "base64").includes(":");
}
