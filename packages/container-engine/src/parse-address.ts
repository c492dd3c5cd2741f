import { isIPv6 } from "node:net";
import { ImageSpecError } from "@imagespec/registry";

/** Where an engine's API is reached: a socket (or named pipe) of this machine, or a port of a host. */
export type EngineAddress =
  | { kind: "socket"; host: string; path: string }
  | { kind: "network"; host: string; hostname: string; port: number; scheme: "tcp" | "http" | "https" };

const DEFAULT_SOCKETS = { unix: "/var/run/docker.sock", npipe: "//./pipe/docker_engine" } as const;
const NETWORK = /^(?<hostname>\[[^\]/]+\]|[A-Za-z0-9._-]*)(?::(?<port>[0-9]{1,5}))?\/?$/;
/** Without TLS and with it, as registered for docker. */
const PORTS = { plain: 2375, tls: 2376 } as const;

/**
 * The address docker's own command uses when nothing names one.
 *
 * @param tls whether TLS is asked for: docker then turns to port 2376 of this machine.
 */
export function defaultAddress(tls: boolean, platform: NodeJS.Platform = process.platform): string {
  if (tls) return `tcp://localhost:${PORTS.tls}`;
  return platform === "win32" ? `npipe://${DEFAULT_SOCKETS.npipe}` : `unix://${DEFAULT_SOCKETS.unix}`;
}

/**
 * Parses the text of an engine's address as docker's own command does: `unix:///path`, `npipe:////./pipe/name`,
 * `tcp://host:port`, `http://` and `https://`; a text without a scheme is `tcp`. A missing port is 2375, or 2376 with
 * TLS.
 *
 * @param source who gave the address, for messages: `DOCKER_HOST`, `docker's context "x"`.
 * @throws ImageSpecError E_DAEMON when it is another kind of address, `ssh://` among them, or not one at all.
 */
export function parseEngineAddress(text: string, source: string, tls: boolean): EngineAddress {
  const given = text.trim();
  const separator = given.indexOf("://");
  const scheme = separator === -1 ? "tcp" : given.slice(0, separator);
  const rest = separator === -1 ? given : given.slice(separator + 3);
  const fail = (reason: string, hint: string) =>
    new ImageSpecError("E_DAEMON", `The engine address ${given} (${source}) ${reason}`, { hint });
  switch (scheme) {
    case "unix":
    case "npipe": {
      const path = rest === "" ? DEFAULT_SOCKETS[scheme] : rest;
      return { kind: "socket", host: `${scheme}://${path}`, path };
    }
    case "tcp":
    case "http":
    case "https": {
      const found = NETWORK.exec(rest)?.groups;
      const written = found?.hostname || "localhost";
      const bracketed = written.startsWith("[");
      const hostname = bracketed ? written.slice(1, -1) : written;
      const port = Number(found?.port ?? (tls || scheme === "https" ? PORTS.tls : PORTS.plain));
      if (found === undefined || port < 1 || port > 65_535 || (bracketed && !isIPv6(hostname))) {
        throw fail("is not a host and port", "Write it as tcp://HOST:PORT, an IPv6 address as tcp://[ADDRESS]:PORT.");
      }
      return { kind: "network", host: `${scheme}://${written}:${port}`, hostname, port, scheme };
    }
    case "ssh":
      throw fail(
        "is reached over SSH, which is not supported here",
        "Forward the socket with `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST`, then set DOCKER_HOST=unix:///tmp/docker.sock.",
      );
    default:
      throw fail("has a scheme that is not supported", "Set DOCKER_HOST to unix:///PATH or tcp://HOST:PORT.");
  }
}
