import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { CredentialStore } from "@imagespec/registry";
import type Docker from "dockerode";
import { dial } from "./docker-engine.ts";
import { textField, writeFields } from "./protobuf.ts";
import { type GrpcMethod, NotOffered, serveGrpc } from "./serve-grpc.ts";

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

/**
 * Opens a BuildKit session with the engine: a connection on which the engine calls us, over gRPC, for registry
 * credentials and secrets while it builds.
 */
export async function openSession(docker: Docker, offers: SessionOffers): Promise<BuildSession> {
  const id = randomUUID();
  const secrets = new Map(Object.entries(offers.secrets));
  const methods = new Map<string, GrpcMethod>([
    ["/grpc.health.v1.Health/Check", async () => Buffer.from([0x08, 0x01])],
    ["/moby.filesync.v1.Auth/Credentials", (message) => credentialsOf(textField(message, 1), offers)],
    [
      "/moby.buildkit.secrets.v1.Secrets/GetSecret",
      async (message) => {
        const file = secrets.get(textField(message, 1));
        if (file === undefined) throw new NotOffered();
        return writeFields({ 1: await readFile(file) });
      },
    ],
  ]);
  const socket = await dial(docker, {
    path: "/session",
    headers: {
      Connection: "Upgrade",
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "imagespec",
      "X-Docker-Expose-Session-Grpc-Method": [...methods.keys()] as never,
    },
    hijack: true,
    signal: offers.signal,
  });
  return { id, close: serveGrpc(socket, methods) };
}

async function credentialsOf(host: string, { credentials, signal }: SessionOffers): Promise<Buffer> {
  const registry = host === "registry-1.docker.io" || host.startsWith("https://index.docker.io/") ? "docker.io" : host;
  const found = await credentials.get(registry, { signal });
  if (found?.kind === "basic") return writeFields({ 1: found.username, 2: found.password });
  // BuildKit takes a secret without a user name for a refresh token.
  if (found?.kind === "identity-token") return writeFields({ 2: found.token });
  return writeFields({});
}
