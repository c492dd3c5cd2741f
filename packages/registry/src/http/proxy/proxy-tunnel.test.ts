import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nodeTls from "node:tls";
import { startRegistry } from "@imagespec/testkit";
import { afterAll, describe, expect, it, vi } from "vitest";
import { digestOf } from "../../digest/digest.ts";
import { certificate } from "../../fixtures/certificate.ts";
import { quickClient } from "../../fixtures/quick-client.ts";
import { bytesOf, failureOf, tinyLayer } from "../../fixtures/tiny-image.ts";

const folder = mkdtempSync(join(tmpdir(), "imagespec-tunnel-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A proxy that leads every tunnel to one port of this machine, and every plain request too. */
async function leadingProxy(port: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"]}`);
    response.writeHead(404).end();
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"]}`);
    const target = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    for (const end of [target, socket]) end.on("error", () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => server.closeAllConnections(),
  };
}

describe("TunnelAgent", () => {
  const tls = certificate(folder);
  const basic = `Basic ${Buffer.from("user:pass word").toString("base64")}`;

  it("carries what is pushed and pulled over TLS, over connections that are kept", async () => {
    await using server = await startRegistry({ tls });
    await using proxy = await leadingProxy(Number(new URL(server.url).port));
    const env = { HTTPS_PROXY: `http://user:pass%20word@${proxy.host}`, SSL_CERT_FILE: tls.path };
    const repository = quickClient({ env, idleTimeoutMs: 5000, connectTimeoutMs: 5000 }).repository(
      "registry.example/a",
    );
    for (const layer of [tinyLayer(1_500_000), tinyLayer()]) {
      await repository.putBlob(layer.descriptor, layer.open);
      expect(digestOf(await bytesOf(repository.getBlob(layer.descriptor)))).toBe(layer.descriptor.digest);
    }
    expect(proxy.asked).toEqual([`CONNECT registry.example:443 ${basic}`]);
  });

  it("believes no certificate but those it was told", async () => {
    await using server = await startRegistry({ tls });
    await using proxy = await leadingProxy(Number(new URL(server.url).port));
    const client = quickClient({ env: { HTTPS_PROXY: proxy.host }, connectTimeoutMs: 5000 });
    expect(await failureOf(client.repository("registry.example/a").headManifest("1"))).toMatchObject({
      code: "E_REGISTRY_UNREACHABLE",
      details: { reason: "tls" },
    });
  });

  it("reads the authorities once, however many connections are made", async () => {
    await using server = await startRegistry({ tls });
    await using proxy = await leadingProxy(Number(new URL(server.url).port));
    const env = { HTTPS_PROXY: proxy.host, SSL_CERT_FILE: tls.path, NODE_EXTRA_CA_CERTS: tls.path };
    const repository = quickClient({ env, idleTimeoutMs: 5000, connectTimeoutMs: 5000 }).repository(
      "registry.example/a",
    );
    const reading = vi.spyOn(nodeTls, "createSecureContext");
    const heads = Array.from({ length: 4 }, (_, at) => repository.headManifest(`tag-${at}`));
    expect(await Promise.all(heads)).toEqual([undefined, undefined, undefined, undefined]);
    expect(proxy.asked.length).toBeGreaterThan(1);
    expect(reading.mock.calls.filter(([options]) => options?.ca !== undefined).length).toBeLessThan(2);
    reading.mockRestore();
  });

  it("is not used without TLS: the proxy gets the request itself", async () => {
    await using proxy = await leadingProxy(1);
    const env = { HTTP_PROXY: `http://user:pass%20word@${proxy.host}` };
    const client = quickClient({ env, insecure: ["registry.invalid:5000"] });
    expect(await client.repository("registry.invalid:5000/a").headManifest("1")).toBeUndefined();
    expect(proxy.asked).toEqual([`HEAD http://registry.invalid:5000/v2/a/manifests/1 ${basic}`]);
  });
});
