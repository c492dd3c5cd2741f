import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { quickClient } from "../fixtures/quick-client.ts";
import { bytesOf, failureOf, tinyLayer } from "../fixtures/tiny-image.ts";

/** A server that takes connections and does with them what `serve` says. */
async function tcpServer(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const quick = () => quickClient({ idleTimeoutMs: 300, connectTimeoutMs: 300, retry: { attempts: 1 } });

describe("a registry that goes silent (C.4 30)", () => {
  it.each<[string, (socket: Socket) => void]>([
    ["accepts and says nothing", (socket) => socket.resume()],
    [
      "sends its head a byte at a time",
      (socket) => {
        const timer = setInterval(() => socket.write("H"), 50);
        socket.resume().on("close", () => clearInterval(timer));
        setTimeout(() => socket.destroy(), 3000);
      },
    ],
  ])("%s: fails in time", async (_name, serve) => {
    await using server = await tcpServer(serve);
    const started = Date.now();
    const error = await failureOf(quick().repository(`${server.host}/a`).headManifest("1"));
    expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", message: expect.stringContaining(server.host) });
    expect(Date.now() - started).toBeLessThan(3500);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["stops", () => {}],
    ["ends", (socket) => socket.end()],
  ])("in a manifest that %s: fails as a registry that cannot be reached, after another try", async (_name, after) => {
    let asked = 0;
    await using server = await tcpServer((socket) => {
      socket.on("data", (text) => {
        if (text.includes("/manifests/1")) asked++;
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Type: application/json\r\n\r\n{");
        after(socket);
      });
    });
    const client = quickClient({ idleTimeoutMs: 200, connectTimeoutMs: 200, retry: { attempts: 2, baseMs: 1 } });
    const repository = client.repository(`${server.host}/a`);
    for (const reading of [() => repository.getManifest("1"), () => repository.findManifest("1")]) {
      asked = 0;
      expect(await failureOf(reading())).toMatchObject({ code: "E_REGISTRY_UNREACHABLE" });
      expect(asked).toBe(2);
    }
  });

  it("in mid-download: fails by idle time, not by total time", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url);
    const layer = tinyLayer(500_000);
    const repository = quick().repository(`${proxy.host}/a`);
    await repository.putBlob(layer.descriptor, layer.open);
    proxy.script([{ match: "GET *", do: { stall: 100_000 } }]);
    const error = await failureOf(bytesOf(repository.getBlob(layer.descriptor)));
    expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", details: { reason: "timeout" } });
    proxy.script([]);
    // A reader slower than the idle time is not a stall of the registry.
    let read = 0;
    for await (const piece of repository.getBlob(layer.descriptor)) {
      if (read === 0) await new Promise((resolve) => setTimeout(resolve, 700));
      read += piece.length;
    }
    expect(read).toBe(500_000);
  });

  it("in mid-upload, unread: fails by idle time; a slow source is waited for", async () => {
    await using server = await tcpServer((socket) => {
      socket.once("data", (head) => {
        if (head.toString().startsWith("HEAD")) return socket.end("HTTP/1.1 404 X\r\nconnection: close\r\n\r\n");
        if (head.toString().startsWith("POST"))
          return socket.end("HTTP/1.1 202 X\r\nlocation: /up\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        socket.pause();
      });
    });
    const layer = tinyLayer(30_000_000);
    const error = await failureOf(quick().repository(`${server.host}/a`).putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", details: { reason: "timeout" } });

    await using good = await startRegistry();
    const small = tinyLayer(2000);
    const slow = async function* () {
      yield small.bytes.subarray(0, 1000);
      await new Promise((resolve) => setTimeout(resolve, 700));
      yield small.bytes.subarray(1000);
    };
    await quick().repository(`${good.host}/a`).putBlob(small.descriptor, slow);
  });

  it("a cancelled call ends at once and frees its socket", async () => {
    await using server = await tcpServer((socket) => socket.resume());
    const client = quickClient({ idleTimeoutMs: 60_000, connectTimeoutMs: 200 });
    const started = Date.now();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 400);
    const error = await failureOf(client.repository(`${server.host}/a`).headManifest("1", { signal: stop.signal }));
    expect(error).toMatchObject({ code: "E_ABORTED", message: expect.stringContaining("manifest") });
    expect(Date.now() - started).toBeLessThan(1400);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.sockets.size).toBe(0);
  });

  it("a call cancelled beforehand sends nothing", async () => {
    await using server = await startRegistry();
    const layer = tinyLayer();
    const signal = AbortSignal.abort();
    const repository = quick().repository(`${server.host}/a`);
    expect(await failureOf(repository.putBlob(layer.descriptor, layer.open, { signal }))).toMatchObject({
      code: "E_ABORTED",
    });
    expect(server.exchanges).toEqual([]);
  });

  it("a wait between tries is cut short", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url, [
      { match: "*", do: { status: 429, headers: { "retry-after": "50" } } },
    ]);
    const signal = AbortSignal.timeout(100);
    const started = Date.now();
    expect(await failureOf(quickClient().repository(`${proxy.host}/a`).headManifest("1", { signal }))).toMatchObject({
      code: "E_ABORTED",
    });
    expect(Date.now() - started).toBeLessThan(1500);
  });
});
