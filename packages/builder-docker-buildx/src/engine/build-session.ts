import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServiceDefinition, UntypedHandleCall } from "@grpc/grpc-js";
import type { CredentialStore } from "@imagespec/registry";
import type Docker from "dockerode";
import { textField, writeFields } from "../wire/protobuf.ts";
import { dial } from "./dial.ts";

/** What a build asks its client for. */
export interface SessionOffers {
  /** Secret id to file. */
  secrets: Readonly<Record<string, string>>;
  credentials: CredentialStore;
  signal: AbortSignal;
}

export interface BuildSession {
  id: string;
  close(): void;
}

type Answer = (message: Buffer) => Promise<Buffer>;

/** Thrown by an answer for what is not there. */
class NotOffered extends Error {}

/**
 * Opens a BuildKit session with the engine: a connection on which the engine calls us, over gRPC, for registry
 * credentials and secrets while it builds.
 */
export async function openSession(docker: Docker, offers: SessionOffers): Promise<BuildSession> {
  const grpc = await import("@grpc/grpc-js");
  const id = randomUUID();
  const calls: Record<string, Answer> = {
    "/grpc.health.v1.Health/Check": async () => Buffer.from([0x08, 0x01]),
    "/moby.filesync.v1.Auth/Credentials": (message) => credentialsOf(textField(message, 1), offers),
    "/moby.buildkit.secrets.v1.Secrets/GetSecret": async (message) => {
      const file = offers.secrets[textField(message, 1)];
      if (file === undefined) throw new NotOffered();
      return writeFields({ 1: await readFile(file) });
    },
  };
  const socket = await dial(docker, {
    path: "/session",
    headers: {
      Connection: "Upgrade",
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "imagespec",
      "X-Docker-Expose-Session-Grpc-Method": Object.keys(calls) as never,
    },
    hijack: true,
    signal: offers.signal,
  });
  const server = new grpc.Server();
  for (const [path, answer] of Object.entries(calls)) {
    const identity = (bytes: Buffer) => bytes;
    const definition: ServiceDefinition = {
      call: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    };
    const handle = (call: { request: Buffer }, done: (error: unknown, value?: Buffer) => void) => {
      answer(call.request).then(
        (value) => done(null, value),
        (error: unknown) => done({ code: error instanceof NotOffered ? grpc.status.NOT_FOUND : grpc.status.INTERNAL }),
      );
    };
    server.addService(definition, { call: handle as UntypedHandleCall });
  }
  server.createConnectionInjector(grpc.ServerCredentials.createInsecure()).injectConnection(socket);
  return {
    id,
    close() {
      server.forceShutdown();
      socket.destroy();
    },
  };
}

async function credentialsOf(host: string, { credentials, signal }: SessionOffers): Promise<Buffer> {
  const registry = host === "registry-1.docker.io" || host.startsWith("https://index.docker.io/") ? "docker.io" : host;
  const found = await credentials.get(registry, { signal });
  if (found?.kind === "basic") return writeFields({ 1: found.username, 2: found.password });
  // BuildKit takes a secret without a user name for a refresh token.
  if (found?.kind === "identity-token") return writeFields({ 2: found.token });
  return writeFields({});
}
