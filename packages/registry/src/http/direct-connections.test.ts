import { randomBytes } from "node:crypto";
import { getEventListeners, once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { rawServer } from "../fixtures/quick-client.ts";
import { PieceMemory } from "../pieces/piece-memory.ts";
import { HttpTransport } from "./http-transport.ts";

const CONTENT = randomBytes(3_000_017);

/** A server that answers each request's head with what `answer` says; `count` is how many connections it had. */
async function textServer(answer: (socket: Socket, nth: number) => void) {
  let count = 0;
  let nth = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    socket.on("error", () => undefined).on("data", () => answer(socket, ++nth));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`),
    get count() {
      return count;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const transport = () => new HttpTransport({ env: {}, idleTimeoutMs: 300, connectTimeoutMs: 300 });

/** Sends a GET for a large body and reads it; `memory` gets each piece back a little later. */
async function get(
  http: HttpTransport,
  url: URL,
  { memory, signal }: { memory?: PieceMemory; signal?: AbortSignal } = {},
): Promise<{ status: number; body: Buffer }> {
  const answer = await http.send({ method: "GET", url, largeBody: { memory }, signal });
  const parts: Buffer[] = [];
  for await (const piece of answer.body) {
    parts.push(Buffer.from(piece));
    memory?.give(piece);
  }
  return { status: answer.status, body: Buffer.concat(parts) };
}

const head = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nX-A: 1\r\nx-a: 2\r\n\r\n`;

describe("a large body that is read directly", () => {
  it("arrives whole over one connection, one after the other, into memory that is used again", async () => {
    await using server = await textServer((socket) => {
      socket.write(head(CONTENT.length));
      socket.write(CONTENT);
    });
    const http = transport();
    const memory = new PieceMemory();
    for (let round = 0; round < 3; round++)
      expect((await get(http, server.url, { memory })).body.equals(CONTENT)).toBe(true);
    expect(server.count).toBe(1);
    await http.close();
  });

  it("waits for a reader that is slower than the idle time", async () => {
    await using server = await textServer((socket) =>
      socket.write(Buffer.concat([Buffer.from(head(CONTENT.length)), CONTENT])),
    );
    const http = transport();
    const answer = await http.send({ method: "GET", url: server.url, largeBody: {} });
    expect(answer.header("x-a")).toBe("1, 2");
    const parts: Uint8Array[] = [];
    for await (const piece of answer.body) {
      if (parts.length === 0) await sleep(500);
      parts.push(piece);
    }
    expect(Buffer.concat(parts).equals(CONTENT)).toBe(true);
    await http.close();
  });

  it("is asked for again where the server has closed the connection meanwhile", async () => {
    await using server = await textServer((socket) => {
      socket.write(`${head(2)}ok`);
      setTimeout(() => socket.destroy(), 20);
    });
    const http = transport();
    expect((await get(http, server.url)).body.toString()).toBe("ok");
    await sleep(60);
    expect((await get(http, server.url)).body.toString()).toBe("ok");
    expect(server.count).toBe(2);
  });

  it("is left to the general client where its length is not stated, or the answer is older than HTTP/1.1", async () => {
    await using chunked = await rawServer((_request, response) => {
      response.write(CONTENT.subarray(0, 1000));
      response.end(CONTENT.subarray(1000));
    });
    const http = transport();
    expect((await get(http, new URL(`http://${chunked.host}/x`))).body.equals(CONTENT)).toBe(true);
    await using old = await textServer((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nold"));
    expect((await get(http, old.url)).body.toString()).toBe("old");
    await http.close();
  });

  it("follows interim answers", async () => {
    await using server = await textServer((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${head(4)}body`),
    );
    expect(await get(transport(), server.url)).toEqual({ status: 200, body: Buffer.from("body") });
  });

  it("fails when the server sends more than it stated, stops in the middle, or never answers", async () => {
    await using more = await textServer((socket) => socket.write(`${head(3)}four`));
    await expect(get(transport(), more.url)).rejects.toMatchObject({ code: "HPE_UNFRAMED" });
    await using cut = await textServer((socket) => socket.end(`${head(300_000)}part`));
    await expect(get(transport(), cut.url)).rejects.toMatchObject({ code: "ECONNRESET" });
    await using silent = await textServer((socket) => socket.write(`${head(300_000)}part`));
    await expect(get(transport(), silent.url)).rejects.toMatchObject({ code: "ETIMEDOUT" });
    await using mute = await textServer(() => undefined);
    await expect(get(transport(), mute.url)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });

  it.each([
    ["interim answers", "HTTP/1.1 100 Continue\r\n\r\n"],
    ["a head line by line", "X-A: b\r\n"],
  ])("fails when the server sends %s without end", async (_what, text) => {
    await using server = await textServer((socket) => {
      if (text.startsWith("X")) socket.write("HTTP/1.1 200 OK\r\n");
      const drip = setInterval(() => socket.write(text), 20);
      socket.on("close", () => clearInterval(drip));
    });
    await expect(get(transport(), server.url)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });

  it.each<[string, (socket: Socket) => unknown]>([
    ["is read whole", (socket) => socket.write(`${head(4)}body`)],
    ["breaks off in its head", (socket) => socket.resetAndDestroy()],
    ["breaks off in its body", (socket) => socket.end(`${head(300_000)}part`)],
    ["is longer than stated", (socket) => socket.write(`${head(3)}four`)],
    ["stops", (socket) => socket.write(`${head(300_000)}part`)],
    ["cannot be read directly", (socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nold")],
  ])("leaves nothing on the caller's signal when it %s", async (_what, answer) => {
    await using server = await textServer(answer);
    const { signal } = new AbortController();
    const http = transport();
    for (let round = 0; round < 3; round++) await get(http, server.url, { signal }).catch(() => undefined);
    await expect.poll(() => getEventListeners(signal, "abort")).toEqual([]);
    await http.close();
  });

  it("ends at once when it is cancelled, and when nobody reads on", async () => {
    await using server = await textServer((socket) => socket.write(`${head(300_000)}part`));
    const cancel = new AbortController();
    const answer = await transport().send({ method: "GET", url: server.url, largeBody: {}, signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error("enough")), 20);
    await expect(Array.fromAsync(answer.body)).rejects.toThrow("enough");
    const given = await transport().send({ method: "GET", url: server.url, largeBody: {} });
    given.body.destroy();
    await expect(Array.fromAsync(given.body)).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
