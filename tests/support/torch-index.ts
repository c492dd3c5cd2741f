import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { startPackageIndex, type WheelOptions } from "@imagespec/testkit";
import { certificateAuthority } from "./certificate-authority.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The index of PyTorch's builds, as a machine sees it whose proxy answers in its place. */
export interface TorchIndex {
  /** What the machine's environment says: the proxy, and the authority that its certificates come from. */
  env: Record<string, string>;
  /** Paths that were asked for, without those of files: `/whl/cpu/torch/`. */
  asked: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a proxy that ends TLS itself, under a certificate made on the spot for whichever host is asked, and answers
 * below `/whl/BUILD/` with the packages of that build. uv has the address of the index built in, and this is the way
 * by which uv itself can be led elsewhere.
 */
export async function startTorchIndex(builds: Record<string, readonly WheelOptions[]>): Promise<TorchIndex> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const authority = certificateAuthority(folder.path);
  const indexes = new Map<string, string>();
  for (const [build, packages] of Object.entries(builds)) {
    const index = await startPackageIndex({ packages });
    stack.defer(() => index.close());
    indexes.set(build, new URL(index.url).origin);
  }

  const asked: string[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const [, build = "", rest = ""] = /^\/whl\/([^/]+)(\/.*)$/.exec(request.url ?? "") ?? [];
    const origin = indexes.get(build);
    const isFile = rest.startsWith("/files/");
    // Others ask as well: uv for the Python that compiles bytecode.
    if (build !== "" && !isFile) asked.push(request.url ?? "");
    if (origin === undefined) return void response.writeHead(404).end();
    const found = await fetch(`${origin}${isFile ? rest : `/simple${rest}`}`);
    const body = Buffer.from(await found.arrayBuffer());
    const page = found.ok && !isFile;
    // The index links to `/files/...`, which here is a folder of the build.
    const sent = page ? Buffer.from(body.toString().replaceAll('href="/files/', `href="/whl/${build}/files/`)) : body;
    const type = found.headers.get("content-type") ?? "text/plain";
    response.writeHead(found.status, { "content-type": type, "content-length": sent.length });
    response.end(request.method === "HEAD" ? undefined : sent);
  }

  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.on("connect", ({ url = "" }: IncomingMessage, socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const secure = new TLSSocket(socket, { isServer: true, ...authority.certificateOf(url.replace(/:\d+$/, "")) });
    secure.on("error", () => secure.destroy());
    server.emit("connection", secure);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    SSL_CERT_FILE: authority.file,
    NO_PROXY: "localhost,127.0.0.1",
  };
  return { env, asked, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
