import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MEDIA_TYPES, RegistryClient } from "@imagespec/registry";

// node registry-large-layer.ts GIB: copies a blob of so many GiB of zeros between two registries that keep nothing, and
// prints the copier's peak of memory. The registries are a process of their own: theirs does not count.
const [, , gibibytes = "", role] = process.argv;
const SIZE = Number(gibibytes) * 2 ** 30;
const CHUNK = Buffer.alloc(1024 * 1024);

if (role === "server") {
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-length": SIZE });
      let sent = 0;
      const more = () => {
        while (sent < SIZE) {
          sent += CHUNK.length;
          if (!response.write(CHUNK)) return response.once("drain", more);
        }
        response.end();
      };
      more();
      return;
    }
    let received = 0;
    request.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    request.on("end", () => {
      if (request.method === "HEAD") return response.writeHead(404).end();
      if (request.method === "POST") return response.writeHead(202, { location: "/v2/up" }).end();
      process.send?.({ received });
      response.writeHead(201).end();
    });
  });
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
} else {
  const server = fork(new URL(import.meta.url), [gibibytes, "server"]);
  const [{ port }] = (await once(server, "message")) as [{ port: number }];
  const hash = createHash("sha256");
  for (let at = 0; at < SIZE; at += CHUNK.length) hash.update(CHUNK);
  const descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: `sha256:${hash.digest("hex")}`, size: SIZE };
  const client = new RegistryClient({ env: {} });
  const source = client.repository(`localhost:${port}/from`);
  const received = once(server, "message") as Promise<[{ received: number }]>;
  const target = client.repository(`localhost:${port}/to`);
  // As whoever copies images does.
  await target.putBlob(descriptor, () => source.getBlob(descriptor, { memory: target.memory }));
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ copied: (await received)[0].received, peakMegabytes }));
  server.kill();
}
