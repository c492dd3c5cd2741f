import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkEnginePresence } from "./engine-presence.ts";

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-"));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
  server = undefined;
  await rm(folder, { recursive: true });
});

async function listen(handler: RequestListener): Promise<string> {
  const socket = join(folder, "docker.sock");
  server = createServer(handler);
  await new Promise<void>((done) => server?.listen(socket, done));
  return `unix://${socket}`;
}
const image = { Id: `sha256:${"a".repeat(64)}`, Os: "linux", Architecture: "arm64", Variant: "v8" };

describe("checkEnginePresence", () => {
  it("is present only for the platform the engine has", async () => {
    const asked: string[] = [];
    const DOCKER_HOST = await listen((request, response) => {
      asked.push(request.url ?? "");
      response.end(JSON.stringify(image));
    });
    const check = (platforms: string[]) => checkEnginePresence("team/app:tag", platforms, { env: { DOCKER_HOST } });
    expect(await check(["linux/arm64"])).toEqual({ status: "present", digest: image.Id, platforms: ["linux/arm64"] });
    expect(await check(["linux/amd64"])).toEqual({ status: "absent", missing: ["linux/amd64"], digest: image.Id });
    expect(await check(["linux/amd64", "linux/arm64"])).toMatchObject({ status: "absent", missing: ["linux/amd64"] });
    expect(asked[0]).toBe("/images/team/app%3Atag/json");
  });

  it("is absent for 404", async () => {
    const DOCKER_HOST = await listen((_, response) => response.writeHead(404).end('{"message":"No such image"}'));
    expect(await checkEnginePresence("app:tag", ["linux/amd64"], { env: { DOCKER_HOST } })).toEqual({
      status: "absent",
    });
  });

  it.each([
    ["an error", 500, "boom"],
    ["a refusal", 403, "no"],
    ["something else", 200, "<html>"],
  ])("is unknown for %s", async (_, status, body) => {
    const DOCKER_HOST = await listen((_, response) => response.writeHead(status).end(body));
    const presence = await checkEnginePresence("app:tag", ["linux/amd64"], { env: { DOCKER_HOST } });
    expect(presence).toMatchObject({ status: "unknown", cause: { code: "E_DAEMON" } });
  });

  it("is unknown where nothing listens, naming the address and where it is from", async () => {
    const env = { DOCKER_HOST: `unix://${folder}/none.sock` };
    const presence = await checkEnginePresence("app:tag", ["linux/amd64"], { env });
    expect(presence).toMatchObject({ status: "unknown", cause: { code: "E_DAEMON" } });
    const { message } = (presence as { cause: Error }).cause;
    expect(message).toContain("none.sock");
    expect(message).toContain("DOCKER_HOST");
  });

  it("stops when cancelled while the engine is silent", async () => {
    const DOCKER_HOST = await listen(() => {});
    const signal = AbortSignal.timeout(100);
    await expect(checkEnginePresence("a:b", ["linux/amd64"], { env: { DOCKER_HOST }, signal })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
  });
});
