import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { quickClient } from "../../fixtures/quick-client.ts";
import { failureOf } from "../../fixtures/tiny-image.ts";
import { HttpTransport } from "../http-transport.ts";

const IDLE_MS = 300;
const SIZE = 3_000_000;

/** A server of content of `size` bytes that sends `bytes` of them each 20 ms, from where it is asked for. */
async function drippingServer(size: number, bytes: number) {
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on("error", () => undefined)
      .once("data", (request) => {
        asked++;
        const from = /range: bytes=(\d+)-/i.exec(request.toString())?.[1];
        const status = from === undefined ? "200 OK" : `206 Part\r\nContent-Range: bytes ${from}-${size - 1}/${size}`;
        let left = size - Number(from ?? 0);
        socket.write(`HTTP/1.1 ${status}\r\nContent-Length: ${left}\r\n\r\n`);
        const drip = setInterval(() => {
          socket.write("x".repeat(Math.min(bytes, left)));
          left -= Math.min(bytes, left);
        }, 20);
        socket.on("close", () => clearInterval(drip));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Milliseconds after which a test's server still sends, were it listened to. */
const SOON_MS = 4000;

describe("a body that drips", () => {
  it.each([
    ["read directly", { memory: undefined }],
    ["read by the general client", undefined],
  ])("is given up, %s", async (_how, largeBody) => {
    await using server = await drippingServer(SIZE, 1);
    const http = new HttpTransport({ env: {}, idleTimeoutMs: IDLE_MS });
    const started = performance.now();
    const answer = await http.send({ method: "GET", url: new URL(`http://${server.host}/x`), largeBody });
    await expect(Array.fromAsync(answer.body)).rejects.toMatchObject({
      code: "ETIMEDOUT",
      message: expect.stringMatching(/^\d+ bytes came in 300 ms$/),
    });
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  });

  it.each([
    ["read directly", { memory: undefined }],
    ["read by the general client", undefined],
  ])("is read on where it is slow, though longer than any idle time, %s", async (_how, largeBody) => {
    await using server = await drippingServer(60_000, 1000);
    const http = new HttpTransport({ env: {}, idleTimeoutMs: IDLE_MS });
    const answer = await http.send({ method: "GET", url: new URL(`http://${server.host}/x`), largeBody });
    expect(Buffer.concat(await Array.fromAsync(answer.body))).toHaveLength(60_000);
  });

  it("of a manifest or blob is a registry that gives no answer in time, which is asked once more", async () => {
    await using server = await drippingServer(SIZE, 1);
    const repository = quickClient({ idleTimeoutMs: IDLE_MS }).repository(`${server.host}/a`);
    const digest = `sha256:${"0".repeat(64)}`;
    const blob = { digest, size: SIZE, mediaType: "" };
    for (const reading of [() => repository.getManifest("1"), () => Array.fromAsync(repository.getBlob(blob))]) {
      const before = server.asked;
      expect(await failureOf(reading())).toMatchObject({
        code: "E_REGISTRY_UNREACHABLE",
        details: { reason: "timeout" },
      });
      // The first call asks for the scheme, too.
      expect(server.asked - before).toBeLessThanOrEqual(3);
    }
  });
});
