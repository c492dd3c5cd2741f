import { ProxyError } from "./proxy/proxy-error.ts";

/** How a request failed below HTTP. */
export interface NetworkFault {
  kind: "refused" | "name" | "tls" | "timeout" | "reset" | "proxy";
  code: string;
  /** For people: `connection refused`. */
  reason: string;
  /** Whether a retry may help. */
  passing: boolean;
}

const KINDS: [pattern: RegExp, kind: NetworkFault["kind"], reason: string][] = [
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN)$/, "refused", "connection refused"],
  [/^(ENOTFOUND|EAI_)/, "name", "the host name cannot be resolved"],
  [/^ETIMEDOUT$/, "timeout", "no answer in time"],
  [
    /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/,
    "tls",
    "TLS",
  ],
];

/** Sorts a thrown error; undefined for what is not a network error (a bug, or an error of the stream that was sent). */
export function networkFault(error: unknown): NetworkFault | undefined {
  if (error instanceof ProxyError) {
    const { status, message: reason } = error;
    const code = status === undefined ? (errorCode(error.cause) ?? error.code) : `HTTP ${status}`;
    return { kind: "proxy", code, reason, passing: status !== undefined && status >= 500 };
  }
  const code = errorCode(error);
  if (code === undefined) return undefined;
  for (const [pattern, kind, reason] of KINDS) {
    if (pattern.test(code)) {
      return { kind, code, reason: kind === "tls" ? `TLS: ${tlsText(error)}` : reason, passing: kind === "timeout" };
    }
  }
  if (code.startsWith("HPE_")) {
    return { kind: "reset", code, reason: "the answer is not HTTP", passing: true };
  }
  if (/^(ECONN|EPIPE|ERR_STREAM_PREMATURE_CLOSE)/.test(code)) {
    return { kind: "reset", code, reason: "the connection broke", passing: true };
  }
  return undefined;
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
  if (typeof code === "string") return code;
  return errorCode(cause) ?? (Array.isArray(errors) ? errorCode(errors[0]) : undefined);
}

function tlsText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").slice(0, 200);
}
