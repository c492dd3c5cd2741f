import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

export interface ServedChannel extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Paths asked for, in order. */
  requests: string[];
}

/** Serves a folder on loopback. */
export async function serveChannel(folder: string): Promise<ServedChannel> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url ?? "/"));
    requests.push(path);
    createReadStream(join(folder, path))
      .on("error", () => response.writeHead(404).end())
      .on("open", () => response.writeHead(200))
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
