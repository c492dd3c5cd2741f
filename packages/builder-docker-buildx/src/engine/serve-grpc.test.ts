import { type ClientHttp2Session, connect } from "node:http2";
import { createConnection, createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GrpcMethod, NotOffered, serveGrpc } from "./serve-grpc.ts";

const METHODS = new Map<string, GrpcMethod>([
  ["/test.Echo/Back", async (message) => Buffer.concat([message, Buffer.from("!")])],
  ["/test.Echo/Nothing", async () => Buffer.alloc(0)],
  ["/test.Echo/Missing", () => Promise.reject(new NotOffered())],
  ["/test.Echo/Broken", () => Promise.reject(new Error("CANARY"))],
]);

let server: Server;
let client: ClientHttp2Session;
let close: (() => void) | undefined;
beforeEach(async () => {
  server = createServer((socket) => {
    close = serveGrpc(socket, METHODS);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  client = connect("http://localhost", { createConnection: () => createConnection(port, "127.0.0.1") });
  client.on("error", () => {});
});
afterEach(async () => {
  client.destroy();
  close?.();
  await new Promise((done) => server.close(done));
});

function frame(message: string, compressed = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed, 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, Buffer.from(message)]);
}

/** One call: its answer's bytes, all headers and trailers. */
async function call(path: string, body: Buffer): Promise<{ bytes: Buffer; [header: string]: unknown }> {
  const stream = client.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  let told = {};
  for (const event of ["response", "trailers"]) {
    stream.on(event, (headers) => {
      told = { ...told, ...headers };
    });
  }
  stream.end(body);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { ...told, bytes: Buffer.concat(chunks) };
}

describe("serveGrpc", () => {
  it("answers a message by a message, several calls at once", async () => {
    const answers = await Promise.all(["one", "", "three"].map((text) => call("/test.Echo/Back", frame(text))));
    expect(answers.map(({ bytes }) => bytes)).toEqual([frame("one!"), frame("!"), frame("three!")]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ ":status": 200, "content-type": "application/grpc", "grpc-status": "0" });
    }
    expect((await call("/test.Echo/Nothing", frame("x"))).bytes).toEqual(frame(""));
  });

  it.each([
    ["what is not there", "/test.Echo/Missing", frame(""), "5"],
    ["a method that fails, without its reason", "/test.Echo/Broken", frame(""), "13"],
    ["a method nobody knows", "/test.Echo/Other", frame(""), "12"],
    ["a name that every object has", "/toString", frame(""), "12"],
    ["a compressed message", "/test.Echo/Back", frame("x", 1), "12"],
    ["half a message", "/test.Echo/Back", frame("long").subarray(0, 6), "13"],
    ["no message", "/test.Echo/Back", Buffer.alloc(0), "13"],
  ])("refuses %s", async (_, path, body, status) => {
    const answer = await call(path, body);
    expect(answer).toMatchObject({ ":status": 200, "grpc-status": status });
    expect(JSON.stringify(answer)).not.toContain("CANARY");
  });

  it("cuts off a message that is too large", async () => {
    const answer = await call("/test.Echo/Back", frame("x".repeat(2 * 1024 * 1024))).catch(() => ({}));
    expect(answer).not.toHaveProperty("grpc-status");
    expect(await call("/test.Echo/Back", frame("next"))).toMatchObject({ "grpc-status": "0" });
  });

  it("ends calls that are under way", async () => {
    const stream = client.request({ ":method": "POST", ":path": "/test.Echo/Back" });
    const ended = new Promise((done) => stream.on("error", () => {}).on("close", () => done("ended")));
    await new Promise((done) => stream.write(frame("x").subarray(0, 3), done));
    await expect.poll(() => close).toBeDefined();
    close?.();
    expect(await ended).toBe("ended");
  });
});
