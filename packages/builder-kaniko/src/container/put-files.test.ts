import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { expect, it } from "vitest";
import { putFiles } from "./put-files.ts";

/** More than a connection's buffers hold, so that writing it fails where nobody reads. */
const LARGE = "c".repeat(8 * 1024 * 1024);

async function withEngine(answer: RequestListener, use: (container: Container) => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.replace(/^.*\/containers\//, "")}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  try {
    const docker = await dockerode(await engineEndpoint({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }));
    await use(docker.getContainer("c1"));
    return asked;
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}
type Container = ReturnType<Awaited<ReturnType<typeof dockerode>>["getContainer"]>;

it("writes again what a connection that the engine closed early did not take", async () => {
  let puts = 0;
  const asked = await withEngine(
    (request, response) => {
      if (request.method === "PUT" && puts++ === 0) request.socket.destroy();
      else request.on("end", () => response.end("{}")).resume();
    },
    (container) => putFiles(container, { "/a": LARGE, "/b": undefined }),
  );
  expect(asked).toEqual(["PUT c1/archive?path=%2F", "GET c1/json", "PUT c1/archive?path=%2F"]);
});

it("tells what became of a container that is gone, rather than that a pipe broke", async () => {
  await withEngine(
    (request, response) => {
      if (request.method === "PUT") request.socket.destroy();
      else response.writeHead(404, { "content-type": "application/json" }).end('{"message":"No such container: c1"}');
    },
    (container) =>
      expect(putFiles(container, { "/a": LARGE })).rejects.toMatchObject({
        statusCode: 404,
        message: expect.stringContaining("No such container"),
      }),
  );
});

it("asks nothing where there is nothing to write", async () => {
  expect(
    await withEngine(
      () => undefined,
      (container) => putFiles(container, { "/a": undefined }),
    ),
  ).toEqual([]);
});
