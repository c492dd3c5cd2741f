import { hostName } from "./loopback.ts";

/**
 * Finds out whether a host that may be spoken to without TLS speaks it all the same, so that no credential goes out plain
 * where it need not. Sends a TLS greeting, nothing else. A host that does not answer counts as plain: the request that
 * follows then says what is wrong.
 */
export async function probeScheme(host: string, timeoutMs: number): Promise<"https" | "http"> {
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 443);
  const name = hostName(host);
  const { connect } = await import("node:tls");
  return new Promise((resolve) => {
    // Certificates are checked by the requests that follow; this only finds out the protocol.
    const socket = connect({
      host: name,
      port,
      rejectUnauthorized: false,
      // None are read then: reading those of Node would take longer than all else.
      ca: [],
      servername: /[a-z]/i.test(name) && !name.includes(":") ? name : "",
    });
    const settle = (scheme: "https" | "http") => {
      socket.destroy();
      resolve(scheme);
    };
    socket.setTimeout(timeoutMs, () => settle("http"));
    socket.once("secureConnect", () => settle("https"));
    socket.once("error", () => settle("http"));
    socket.once("close", () => settle("http"));
  });
}
