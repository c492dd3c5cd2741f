import { BlockList, isIP } from "node:net";
import type { ProcessEnvironment } from "../../process/process-environment.ts";
import { hostName, isLoopback } from "../../reference/loopback.ts";

/**
 * The proxy for a URL by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (lower-case names win, as in curl); undefined
 * is direct. This machine itself is never asked through a proxy. NO_PROXY holds hosts, domains with or without a
 * leading dot, addresses, CIDR ranges, each with an optional port, or `*`.
 */
export function proxyFor(url: URL, env: ProcessEnvironment): string | undefined {
  if (isLoopback(url.host)) return undefined;
  const value = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  // In a CGI program HTTP_PROXY comes from a request header.
  const http = env.http_proxy || (env.REQUEST_METHOD === undefined ? env.HTTP_PROXY : undefined) || undefined;
  const proxy = (url.protocol === "https:" ? value("HTTPS_PROXY") : http) ?? value("ALL_PROXY");
  if (proxy === undefined || isExcluded(url, value("NO_PROXY") ?? "")) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExcluded(url: URL, list: string): boolean {
  const host = hostName(url.host);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const cidr = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (cidr?.[1] !== undefined) return inRange(cidr[1], Number(cidr[2]), host);
  const withPort = isIP(entry) === 6 ? null : /^(.*):(\d+)$/.exec(entry);
  if (withPort && withPort[2] !== port) return false;
  const bare = withPort?.[1] ?? entry;
  const name = isIP(bare) === 6 ? bare : hostName(bare);
  if (isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*?\./, "");
  return host.endsWith(`.${domain}`) || (host === domain && !name.startsWith("."));
}

function inRange(network: string, prefix: number, host: string): boolean {
  const [networkKind, hostKind] = [isIP(network), isIP(host)];
  if (networkKind === 0 || networkKind !== hostKind || prefix > (networkKind === 4 ? 32 : 128)) return false;
  const family = networkKind === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(network, prefix, family);
  return range.check(host, family);
}
