import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createSecureServer } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { certificate } from "../fixtures/certificate.ts";
import { rawServer } from "../fixtures/quick-client.ts";
import { probeScheme } from "./probe-scheme.ts";

const folder = mkdtempSync(join(tmpdir(), "imagespec-probe-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function listening(server: Server) {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("probeScheme", () => {
  const tls = certificate(folder);

  it.each([
    {},
    { maxVersion: "TLSv1.2" },
    { minVersion: "TLSv1.3" },
    { requestCert: true },
    { ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305" },
    { ciphers: "DHE-RSA-AES256-SHA256", maxVersion: "TLSv1.2" },
  ] as const)("finds TLS on a server with %j", async (options) => {
    await using server = await listening(createSecureServer({ ...tls, ...options }));
    for (const host of ["localhost", "127.0.0.1"])
      expect(await probeScheme(`${host}:${server.port}`, 5000)).toBe("https");
  });

  it("names the host, and no address, so that a proxy before several servers knows which one is meant", async () => {
    const names: string[] = [];
    const choose = (name: string, chosen: (error: null) => void) => {
      names.push(name);
      chosen(null);
    };
    await using server = await listening(createSecureServer({ ...tls, SNICallback: choose }));
    for (const host of ["localhost", "127.0.0.1"]) await probeScheme(`${host}:${server.port}`, 5000);
    expect(names).toEqual(["localhost"]);
  });

  it("takes a server for plain that speaks HTTP, hangs up, says nothing or is not there", async () => {
    await using plain = await rawServer((_, response) => void response.end());
    expect(await probeScheme(plain.host, 5000)).toBe("http");
    await using rude = await listening(createServer((socket) => void socket.destroy()));
    expect(await probeScheme(`localhost:${rude.port}`, 5000)).toBe("http");
    await using silent = await listening(createServer());
    expect(await probeScheme(`localhost:${silent.port}`, 50)).toBe("http");
    expect(await probeScheme("localhost:1", 5000)).toBe("http");
  });
});
