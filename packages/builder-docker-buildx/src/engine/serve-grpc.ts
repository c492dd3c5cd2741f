import { constants, type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";

/** Answers one call: a message for a message. */
export type GrpcMethod = (message: Buffer) => Promise<Buffer>;

/** Thrown by a method when what is asked for does not exist. */
export class NotOffered extends Error {}

/** gRPC's status codes, as far as they are used (github.com/grpc/grpc, doc/statuscodes.md). */
const STATUS = { ok: 0, notFound: 5, unimplemented: 12, internal: 13 } as const;
/** Limit in bytes of a request, which only holds names. */
const LARGEST_MESSAGE = 1024 * 1024;
/** A flag for compression and the message's length in four bytes, before each message. */
const PREFIX = 5;

/**
 * Answers gRPC calls with one message each way (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md) on a connection that the
 * other side opened for it.
 *
 * @param methods by path: `/package.Service/Method`.
 * @returns a function that ends the connection and every call on it.
 */
export function serveGrpc(connection: Duplex, methods: ReadonlyMap<string, GrpcMethod>): () => void {
  const session = performServerHandshake(connection);
  // An engine that goes away is reported by the build itself.
  session.on("error", () => {});
  session.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    respond(stream, headers, methods).catch(() => stream.destroy());
  });
  return () => {
    session.destroy();
    connection.destroy();
  };
}

async function respond(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  methods: ReadonlyMap<string, GrpcMethod>,
): Promise<void> {
  const method = methods.get(headers[constants.HTTP2_HEADER_PATH] as string);
  if (method === undefined) return refuse(stream, STATUS.unimplemented);
  const message = await readMessage(stream);
  if (typeof message === "number") return refuse(stream, message);
  let answer: Buffer;
  try {
    answer = await method(message);
  } catch (error) {
    return refuse(stream, error instanceof NotOffered ? STATUS.notFound : STATUS.internal);
  }
  if (stream.destroyed) return;
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(STATUS.ok) }));
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(answer.length, 1);
  stream.end(Buffer.concat([prefix, answer]));
}

/** The one message of a call, or the status that refuses it. Throws, and the call is cut off, when it is too large. */
async function readMessage(stream: ServerHttp2Stream): Promise<Buffer | number> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_MESSAGE) throw new RangeError("a message that is too large");
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const whole = bytes.length >= PREFIX && bytes.length === PREFIX + bytes.readUInt32BE(1);
  if (!whole) return STATUS.internal;
  return bytes[0] === 0 ? bytes.subarray(PREFIX) : STATUS.unimplemented;
}

function refuse(stream: ServerHttp2Stream, status: number): void {
  if (stream.destroyed) return;
  const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": String(status) };
  stream.respond(headers, { endStream: true });
}
