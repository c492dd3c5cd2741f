import { once } from "node:events";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { ContainerEngine } from "@imagespec/container-engine";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
import type { ImageSpecBuilder } from "@imagespec/core/builder";
import { runContainer, startPackageIndex } from "@imagespec/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/remote-builder/src");
const { default: remote } = (await import(join(EXAMPLE, "builder.js"))) as { default: ImageSpecBuilder };
const { startService } = (await import(join(EXAMPLE, "service.js"))) as {
  startService(options: { folder: string }): Promise<{ url: string; close(): void }>;
};
const services = await ensureServices();
beforeAll(() => {
  for (const [name, value] of Object.entries(serviceEnvironment(services))) vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** Passes everything on to `url` and remembers what was asked and sent. */
async function listener(url: string) {
  const asked: string[] = [];
  let sent = "";
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    incoming.on("data", (chunk) => {
      if (incoming.url === "/builds") sent += chunk;
    });
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? "/", url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return { asked, sent: () => sent, url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

test("a plan that is sent to a service becomes the image, its files by their digest and once", async () => {
  await using index = await startPackageIndex({ packages: [{ name: "main-one", version: "1.0" }] });
  await using folder = await temporaryFolder({
    "app/main.py": "import main_one; print(main_one.VERSION)\n",
    "app/copy.py": "1\n",
  });
  await using blobs = await temporaryFolder();
  const service = await startService({ folder: blobs.path });
  const between = await listener(service.url);
  try {
    const engine = new ImageBuildEngine({ builders: [remote], discover: false });
    const spec = new ImageSpec(
      {
        name: `remote/${process.pid}-${Date.now()}`,
        registry: services.registry,
        baseImage: services.images.python,
        packages: ["main-one"],
        pipIndex: index.url,
        sourceRoot: "app",
      },
      { root: folder.path },
    );
    const events: string[] = [];
    const options = { builder: "remote", builderOptions: { url: between.url } };
    const outcome = await engine.build(spec, { ...options, onEvent: ({ type }) => events.push(type) });
    if (outcome.status !== "built") throw new Error(outcome.status);
    expect(outcome).toMatchObject({ builder: "remote", digest: expect.stringMatching(/^sha256:/) });
    expect(events).toContain("step");
    expect(between.sent()).not.toContain(folder.path);

    const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
    const image = `${outcome.reference}@${outcome.digest}`;
    await docker.pullImage(image);
    const ran = await runContainer(docker, image, { cmd: ["python", "main.py"] });
    expect(ran).toMatchObject({ exitCode: 0, stdout: "1.0\n" });
    expect(between.asked.filter((line) => line.startsWith("PUT"))).toHaveLength(2);

    await engine.build(spec, { ...options, force: true });
    expect(between.asked.filter((line) => line.startsWith("PUT"))).toHaveLength(2);

    const wrong = new ImageSpec({ ...spec, packages: ["nowhere"] }, { root: folder.path });
    await expect(engine.build(wrong, options)).rejects.toMatchObject({ code: "E_RESOLVE" });
    const commands = new ImageSpec({ ...spec, commands: ["date"] }, { root: folder.path });
    await expect(engine.build(commands, options)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  } finally {
    between.close();
    service.close();
  }
});

test("a service that does not answer is reported before anything is sent", async () => {
  const engine = new ImageBuildEngine({ builders: [remote], discover: false });
  const spec = new ImageSpec({ name: "remote", registry: services.registry, baseImage: services.images.python });
  const options = { builder: "remote", builderOptions: { url: "http://127.0.0.1:9/" } };
  await expect(engine.build(spec, options)).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
});
