import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** One request a test server or the fault proxy saw, and how it was answered. */
export interface HttpExchange {
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Milliseconds since the epoch. */
  at: number;
  /** Body bytes that arrived. */
  bytesIn: number;
  /** Body bytes that were sent. */
  bytesOut: number;
  /** Undefined while it is under way and when the connection broke before an answer. */
  status?: number;
}

/** The exchange that a request begins. */
export function exchangeOf({ method = "", url = "", headers }: IncomingMessage): HttpExchange {
  return { method, path: url, headers, at: Date.now(), bytesIn: 0, bytesOut: 0 };
}

/** The exchanges as `METHOD path status`, for assertions that read well. */
export function exchangeLines(exchanges: readonly HttpExchange[]): string[] {
  return exchanges.map(({ method, path, status }) => `${method} ${path} ${status ?? "-"}`);
}
