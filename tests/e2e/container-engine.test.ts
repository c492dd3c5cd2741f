import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { ContainerEngine, engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { pack } from "tar-stream";
import { expect, inject, test } from "vitest";

const services = inject("services");
const env = { DOCKER_HOST: services.dockerHost };
const engine = await ContainerEngine.connect({ env });

/** An archive as `docker save` writes it, of an image with one file. */
function archiveOf(name: string, content = "hello"): Readable {
  const layer = tarBytes("file", content);
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(layer).digest("hex")}`] },
  });
  const archive = pack();
  archive.entry({ name: "config.json" }, config);
  archive.entry({ name: "layer.tar" }, layer);
  const manifest = [{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }];
  archive.entry({ name: "manifest.json" }, JSON.stringify(manifest));
  archive.finalize();
  return Readable.from(archive);
}

function tarBytes(name: string, content: string): Buffer {
  const archive = pack();
  archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for (let chunk = archive.read(); chunk !== null; chunk = archive.read()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test("the engine answers, and says what it is", async () => {
  expect((await engine.ping()).apiVersion).toMatch(/^1\.\d+$/);
  expect(await engine.version()).toMatchObject({ os: "linux", version: expect.stringMatching(/^\d+\./) });
});

test("an image that is loaded can be tagged, pushed, removed and pulled back", async () => {
  const name = `container-engine-${randomUUID()}:1`;
  const pushed = `${services.registry}/${name}`;
  expect(await engine.inspectImage(name)).toBeUndefined();
  await engine.loadImage(archiveOf(name));
  const loaded = await engine.inspectImage(name);
  expect(loaded).toMatchObject({ os: "linux", architecture: "amd64", tags: [name] });
  await engine.tagImage(name, pushed);
  const digest = await engine.pushImage(pushed);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await engine.removeImage(name)).toBe(true);
  expect(await engine.removeImage(pushed)).toBe(true);
  expect(await engine.inspectImage(pushed)).toBeUndefined();
  expect(await engine.removeImage(pushed)).toBe(false);
  const byDigest = `${pushed.slice(0, pushed.lastIndexOf(":"))}@${digest}`;
  for (const reference of [pushed, byDigest]) {
    await engine.pullImage(reference);
    expect((await engine.inspectImage(reference))?.id).toBe(loaded?.id);
  }
  await engine.removeImage(pushed);
  await engine.removeImage(byDigest);
});

test("what the engine refuses is told with its reason", async () => {
  const broken = pack();
  broken.entry({ name: "manifest.json" }, "{");
  broken.finalize();
  await expect(engine.loadImage(Readable.from(broken))).rejects.toMatchObject({
    code: "E_DAEMON",
    message: /image archive: ./,
  });
  const missing = `${services.registry}/container-engine-${randomUUID()}:1`;
  await expect(engine.pullImage(missing)).rejects.toMatchObject({ code: "E_DAEMON", message: /not found|unknown/ });
  await expect(engine.pushImage(missing)).rejects.toMatchObject({ code: "E_DAEMON", message: /does not exist/ });
  await expect(engine.tagImage(missing, "other:1")).rejects.toMatchObject({
    code: "E_DAEMON",
    message: /No such image/i,
  });
});

test("dockerode reaches the same engine", async () => {
  const docker = await dockerode(await engineEndpoint(env));
  expect(await docker.version()).toMatchObject({ Version: (await engine.version()).version });
});
