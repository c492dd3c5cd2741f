import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf } from "../fixtures/tiny-image.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A proxy that answers CONNECT with a status and nothing else. */
async function refusingProxy(status: number) {
  const server = createServer((_request, response) => response.writeHead(status).end());
  server.on("connect", (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([401, 403, 407, 502, 503])(
  "a proxy that answers CONNECT with %i is named, without its password",
  async (status) => {
    const host = await refusingProxy(status);
    const client = quickClient({ env: { HTTPS_PROXY: `http://user:CANARY@${host}` } });
    const error = await failureOf(client.repository("registry.example/a").headManifest("1"));
    expect(error).toMatchObject({
      code: "E_REGISTRY_UNREACHABLE",
      details: { reason: "proxy", code: `HTTP ${status}` },
    });
    expect(error.message).toContain(`http://${host}`);
    expect(error.message).toContain("registry.example");
    expect(error.hint).toContain("HTTPS_PROXY");
    expect(JSON.stringify([error.message, error.hint, error.details, String(error.cause)])).not.toContain("CANARY");
  },
);

it.each(["50%off", "%", "%zz", "a%E0%A4%A", "p%40ss"])("takes the password %s as curl does", async (password) => {
  const sent: (string | undefined)[] = [];
  const server = createServer();
  server.on("connect", (request, socket) => {
    sent.push(request.headers["proxy-authorization"]);
    socket.end("HTTP/1.1 403 No\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const env = { HTTPS_PROXY: `http://user:${password}@127.0.0.1:${(server.address() as AddressInfo).port}` };
  const error = await failureOf(quickClient({ env }).repository("registry.example/a").headManifest("1"));
  expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", details: { code: "HTTP 403" } });
  const bytes = Buffer.from(password.replace("%40", "@").replace("%E0%A4", "\u00e0\u00a4"), "latin1").toString(
    "latin1",
  );
  expect(sent).toEqual([`Basic ${Buffer.from(`user:${bytes}`, "latin1").toString("base64")}`]);
});

it("a proxy that answers CONNECT a line at a time is given up", async () => {
  const server = createServer();
  server.on("connect", (_request, socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const drip = setInterval(() => socket.write("X-A: b\r\n"), 20);
    socket.on("error", () => undefined).on("close", () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const env = { HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const error = await failureOf(quickClient({ env }).repository("registry.example/a").headManifest("1"));
  expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", details: { reason: "proxy", code: "ETIMEDOUT" } });
});

it("a proxy that is not there is named", async () => {
  const client = quickClient({ env: { HTTPS_PROXY: "http://127.0.0.1:1" } });
  const error = await failureOf(client.repository("registry.example/a").headManifest("1"));
  expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", details: { reason: "proxy", code: "ECONNREFUSED" } });
  expect(error.message).toContain("http://127.0.0.1:1");
});

it("a proxy that is not a http address is an option to correct", async () => {
  for (const proxy of ["socks5://user:CANARY@h:1", "http://"]) {
    const client = quickClient({ env: { HTTPS_PROXY: proxy } });
    const error = await failureOf(client.repository("registry.example/a").headManifest("1"));
    expect(error).toMatchObject({ code: "E_OPTIONS", hint: expect.stringContaining("HTTPS_PROXY") });
    expect(error.message).not.toContain("CANARY");
  }
});

it("407 to a request without a tunnel is the proxy's", async () => {
  const host = await refusingProxy(407);
  const client = quickClient({ env: { HTTP_PROXY: host }, insecure: ["registry.invalid"] });
  expect(await failureOf(client.repository("registry.invalid/a").headManifest("1"))).toMatchObject({
    code: "E_REGISTRY_UNREACHABLE",
    details: { reason: "proxy", code: "HTTP 407" },
  });
});

it("a registry without TLS is spoken to where it was said so, by option and by variable", async () => {
  await using server = await rawServer((_request, response) => response.writeHead(404).end());
  const port = server.host.split(":")[1];
  // Another name of this machine that counts as any other host.
  const name = `2130706433:${port}`;
  for (const given of [
    { insecure: [name] },
    { insecure: ["2130706433"] },
    { env: { IMAGESPEC_INSECURE_REGISTRIES: `other.lan, ${name}` } },
  ]) {
    expect(await quickClient(given).repository(`${name}/a`).headManifest("1")).toBeUndefined();
  }
  expect(await failureOf(quickClient().repository(`${name}/a`).headManifest("1"))).toMatchObject({
    code: "E_REGISTRY_UNREACHABLE",
  });
  for (const wrong of ["http://x", "a/b", "a b", "x:99999", "u@h"]) {
    expect(() => quickClient({ env: { IMAGESPEC_INSECURE_REGISTRIES: wrong } })).toThrow(
      expect.objectContaining({ code: "E_OPTIONS" }),
    );
  }
});
