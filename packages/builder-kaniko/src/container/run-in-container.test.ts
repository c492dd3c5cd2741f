import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import type { BuildPlan } from "@imagespec/core/builder";
import { collectBytes, digestOf } from "@imagespec/registry";
import { pack } from "tar-stream";
import { expect, it } from "vitest";
import { ExecutorLog } from "../executor/log.ts";
import type { ExecutorOutcome } from "../executor/task.ts";
import { runInContainer } from "./run-in-container.ts";

const UPGRADED = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
const LAYER = Buffer.from("a layer");
const INDEX = Buffer.from(JSON.stringify({ manifests: [{ digest: digestOf(LAYER) }] }));

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const json =
  (status: number, body: object = {}): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const broken: Answer = (response) => response.destroy();
const file =
  (content: Buffer): Answer =>
  (response) => {
    const archive = pack();
    archive.entry({ name: "file" }, content);
    archive.finalize();
    archive.pipe(response);
  };
const ended = (ExitCode: number) => json(200, { State: { Running: false, ExitCode, OOMKilled: false, Error: "" } });
const running = json(200, { State: { Running: true, ExitCode: 0, OOMKilled: false, Error: "" } });

/**
 * What an engine answers about the container, by the end of its address; of several answers each once, the last one
 * again.
 */
type Answers = Record<string, Answer[]>;

const ENGINE: Answers = {
  "/containers/create": [json(201, { Id: "c1" })],
  "/start": [(response) => response.writeHead(204).end()],
  "/json": [ended(0)],
  "/index.json": [file(INDEX)],
  "/archive": [file(LAYER)],
  "/c1": [(response) => response.writeHead(204).end()],
};

/** Runs an executor in a container of an engine that answers so; `started` is called while it runs. */
async function run(answers: Answers, started: (server: Server) => void = () => undefined): Promise<ExecutorOutcome> {
  const left = new Map(Object.entries({ ...ENGINE, ...answers }).map(([end, all]) => [end, [...all]]));
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    const path = url.searchParams.get("path") ?? url.pathname;
    const [, all = []] = [...left].find(([end]) => path.endsWith(end) || url.pathname.endsWith(end)) ?? [];
    const answer = all.length > 1 ? all.shift() : all[0];
    (answer ?? json(404, { message: "no such thing" }))(response, request.resume());
  });
  server.on("upgrade", (_request, socket) => {
    socket.on("error", () => undefined).write(UPGRADED);
    socket.on("end", () => {
      started(server);
      socket.destroy();
    });
    socket.resume();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  const { port } = server.address() as AddressInfo;
  const host = `tcp://127.0.0.1:${port}`;
  const docker = await dockerode(await engineEndpoint({ DOCKER_HOST: host }));
  const options = { docker, host, image: "kaniko", network: undefined, memory: undefined, labels: {} };
  return runInContainer(options, {
    subject: "app:1",
    plan: {} as BuildPlan,
    platform: "linux/amd64",
    args: [],
    env: {},
    secrets: [],
    dockerConfig: undefined,
    certificates: undefined,
    openContext: () => Readable.from([Buffer.from("context")]),
    log: new ExecutorLog({ emit: () => undefined, redact: [], instructions: [] }),
    signal: new AbortController().signal,
  });
}

function lose(server: Server): void {
  server.close();
  server.closeAllConnections();
}

it("ends when its container does, which may be after the output's end", async () => {
  const { digest, source } = await run({ "/json": [running, running, ended(0)] });
  expect(digest).toBe(digestOf(LAYER));
  const layer = { mediaType: "x", digest, size: LAYER.length };
  expect(Buffer.from(await collectBytes(source.getBlob(layer), 100, "it"))).toEqual(LAYER);
  await expect(run({ "/json": [running, ended(1)] })).rejects.toMatchObject({
    code: "E_BUILD",
    details: { exitCode: 1 },
  });
});

it("tells of an engine that is lost while the container runs", async () => {
  await expect(run({}, lose)).rejects.toMatchObject({
    code: "E_DAEMON",
    message: expect.stringMatching(/^The container engine at tcp:\S+ does not answer: .*ECONNREFUSED/),
  });
});

it("tells of an engine that breaks off its answer, or of a container that is gone", async () => {
  await expect(run({ "/json": [broken] })).rejects.toMatchObject({
    code: "E_DAEMON",
    message: expect.stringMatching(/does not answer: socket hang up$/),
  });
  await expect(run({ "/json": [json(404, { message: "No such container: c1" })] })).rejects.toMatchObject({
    code: "E_DAEMON",
    message: expect.stringMatching(/refused to go on: .*No such container: c1$/),
  });
});

it("tells of an engine that is lost while the image is read", async () => {
  const cut: Answer = (response) => response.write(Buffer.alloc(100), () => response.destroy());
  await expect(run({ "/index.json": [cut] })).rejects.toMatchObject({ code: "E_DAEMON" });
  const { digest, source } = await run({ "/archive": [cut] });
  const layer = { mediaType: "x", digest, size: LAYER.length };
  await expect(collectBytes(source.getBlob(layer), 100, "it")).rejects.toMatchObject({
    code: "E_DAEMON",
    message: expect.stringMatching(/does not answer: it closed the connection$/),
  });
});

it("takes an executor that wrote nothing for a failed build", async () => {
  const nothing = json(404, { message: "Could not find the file" });
  await expect(run({ "/index.json": [nothing] })).rejects.toMatchObject({ code: "E_BUILD" });
});
