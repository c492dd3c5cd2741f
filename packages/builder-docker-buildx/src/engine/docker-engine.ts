import type { Duplex, Readable } from "node:stream";
import type Docker from "dockerode";

export interface DialOptions {
  path: string;
  query?: Record<string, string | undefined> | undefined;
  headers?: Record<string, string> | undefined;
  body?: Readable | undefined;
  /** Takes the connection over, for another protocol. */
  hijack?: boolean | undefined;
  signal: AbortSignal;
}

/** A POST to the engine; resolves to the answer's stream, or to the connection itself. */
export function dial(docker: Docker, options: DialOptions): Promise<Duplex> {
  const { path, query, headers, body, hijack, signal } = options;
  return new Promise((resolve, reject) => {
    const settings = {
      path: query === undefined ? path : `${path}?`,
      method: "POST",
      abortSignal: signal,
      isStream: true,
      statusCodes: { 200: true, 101: true, 400: "bad request", 500: "server error" },
      // A variable without a value would be sent as an empty one.
      options: query && Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
      headers,
      file: body,
      hijack,
    };
    docker.modem.dial(settings as never, (error: unknown, stream: unknown) => {
      if (error) reject(error);
      else resolve(stream as Duplex);
    });
  });
}
