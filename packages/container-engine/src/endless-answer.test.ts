import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Readable } from "node:stream";
import { afterEach, expect, it, vi } from "vitest";
import { exchange } from "./exchange.ts";
import { readText } from "./read-answer.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("a head that comes line by line, without end, is no answer", async () => {
  const server = createServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const drip = setInterval(() => socket.write("X-A: b\r\n"), 20);
    socket.on("error", () => undefined).on("close", () => clearInterval(drip));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = { kind: "tcp", hostname: "127.0.0.1", port } as const;
  const endpoint = { address, host: `tcp://127.0.0.1:${port}`, source: "DOCKER_HOST" } as never;
  const asked = exchange(endpoint, { method: "GET", path: "/_ping", silence: 300 }, async () => "read");
  await expect(asked).rejects.toMatchObject({ code: "E_DAEMON", message: expect.stringContaining("silent for 0.3 s") });
  server.close();
});

it("an answer that never ends is given up", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const endless = new Readable({ read: () => undefined });
  endless.push(" ");
  const read = expect(readText(endless)).rejects.toMatchObject({ code: "E_DAEMON" });
  await vi.advanceTimersByTimeAsync(10_000);
  await read;
});
