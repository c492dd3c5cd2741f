import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { imageConfig, runContainer, startPackageIndex } from "@imagespec/testkit";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { serviceEnvironment } from "../../scripts/services/services.ts";
import { builderUnderTest } from "../support/builder-under-test.ts";

const { executor } = await ensureKaniko();
const { builds, services } = await builderUnderTest(() => new KanikoBuilder());
const workspace = fileURLToPath(new URL("../../", import.meta.url));
const script = fileURLToPath(new URL("../support/kubernetes/build-specs.ts", import.meta.url));

test("mode executor is refused where it would delete the machine's own files", async () => {
  const engine = new ImageBuildEngine({ builders: [new KanikoBuilder()], discover: false });
  const spec = builds.spec("refused", { env: { A: "1" } });
  const building = engine.build(spec, { builder: "kaniko", builderOptions: { mode: "executor" } });
  await expect(building).rejects.toMatchObject({
    message: expect.stringMatching(/\/kaniko\/executor|not in a container/),
  });
});

test("mode executor builds and pushes inside a container that has the executor", async () => {
  const { registry, platform, images } = services;
  await using index = await startPackageIndex({ packages: [{ name: "inside-one", version: "1.0" }] });
  const parameters = {
    name: `executor/${builds.run}`,
    registry,
    platform,
    baseImage: images.pythonSmall,
    packages: ["inside-one==1.0"],
    pipIndex: index.url,
    env: { A: "inside" },
    commands: ["echo done > /done"],
  };
  const spec = new ImageSpec(parameters);
  const given = JSON.stringify({ specs: [parameters], builderOptions: { mode: "executor" } });
  await builds.docker.pullImage(images.python);
  const env = { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: "/kaniko/cache", HOME: "/root" };
  const docker = await dockerode(builds.docker.endpoint);
  const container = await docker.createContainer({
    Image: images.python,
    Entrypoint: ["/bin/sh", "-c", `printf %s "$GIVEN" | ${process.execPath} ${script}`],
    Env: [...Object.entries(env).map(([name, value]) => `${name}=${value}`), `GIVEN=${given}`],
    HostConfig: {
      NetworkMode: "host",
      // The executor deletes nothing on mounts, so the program and Node are mounted.
      Binds: [`${workspace}:${workspace}:ro`, `${dirname(process.execPath)}:${dirname(process.execPath)}:ro`],
    },
  });
  try {
    const tar = pack();
    tar.entry({ name: "kaniko/executor", mode: 0o755 }, await readFile(executor));
    tar.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tar) chunks.push(chunk as Uint8Array);
    await container.putArchive(Buffer.concat(chunks), { path: "/" });
    await container.start();
    const { StatusCode } = await container.wait();
    const log = (await container.logs({ stdout: true, stderr: true })).toString();
    expect([StatusCode, log]).toEqual([0, expect.stringContaining('"status":"built"')]);
  } finally {
    await container.remove({ force: true });
  }
  const reference = await spec.imageName();
  await builds.docker.pullImage(reference);
  const ran = await runContainer(builds.docker, reference, {
    cmd: [
      "sh",
      "-c",
      "python -c 'import importlib.metadata as m; m.version(\"inside-one\")'; cat /done; ls -d /kaniko /.imagespec",
    ],
  });
  expect(ran).toMatchObject({ stdout: "done\n" });
  expect((await imageConfig(builds.docker, reference)).env.A).toBe("inside");
});
