import { NoopBuilder } from "@imagespec/builder-noop";
import { ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { runContainer, startRegistry } from "@imagespec/testkit";
import { expect, test } from "vitest";
import { MATRIX } from "../matrix/matrix.ts";
import { dockerBuilds } from "../support/docker-builds.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { builds, services } = await dockerBuilds();
const engine = () => new ImageBuildEngine({ builders: [{ builder: new NoopBuilder(), priority: 0 }], discover: false });

test("the base image is adopted as given, and no registry is contacted", async () => {
  await using registry = await startRegistry();
  const baseImage = `${registry.host}/team/ready:1`;
  const outcome = await engine().build(new ImageSpec({ baseImage, builder: "noop", registry: registry.host }));
  expect(outcome).toMatchObject({ status: "adopted", reference: baseImage, builder: "noop" });
  expect(registry.exchanges).toEqual([]);
});

test("runtime packages are not part of the image, so they are allowed", async () => {
  const spec = new ImageSpec({ baseImage: services.images.python, builder: "noop", runtimePackages: ["numpy"] });
  const outcome = await engine().build(spec);
  expect(outcome).toMatchObject({ status: "adopted", reference: services.images.python });
});

test.each<[keyof ImageSpecParameters, ImageSpecParameters]>([
  ["packages", { packages: ["six"] }],
  ["aptPackages", { aptPackages: ["tree"] }],
  ["condaPackages", { condaPackages: ["numpy"] }],
  ["commands", { commands: ["true"] }],
  ["env", { env: { A: "1" } }],
  ["entrypoint", { entrypoint: [] }],
])("a spec that would change the image is refused: %s", async (parameter, parameters) => {
  const spec = new ImageSpec({ baseImage: services.images.python, builder: "noop", ...parameters });
  const failure = await engine()
    .build(spec)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "E_UNSUPPORTED" });
  expect((failure as Error).message).toContain(parameter);
});

const adopted = Object.entries(MATRIX).filter(([, { cells }]) => cells.noop.status === "adopted");

for (const [parameter, { example }] of adopted) {
  test(`a spec that does not change the image is adopted: ${parameter}`, {
    meta: { builder: "noop", shows: [parameter] },
  }, async () => {
    await using folder = await temporaryFolder({ "config.json": "{}" });
    const base = { baseImage: services.images.python, ...example, builder: "noop" };
    const outcome = await engine().build(new ImageSpec(base, { root: folder.path }));
    expect(outcome).toMatchObject({ status: "adopted", reference: base.baseImage });
  });
}

test("without a base image there is nothing to adopt", async () => {
  const failure = await engine()
    .build(new ImageSpec({ builder: "noop" }))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(UNSUPPORTED|SPEC|OPTIONS)$/) });
  expect((failure as Error).message).toMatch(/baseImage|base image/);
});

test("an adopted image is a base like any other", async () => {
  const base = builds.spec("adopted", { baseImage: services.images.python, builder: "noop" });
  const both = builds.engine();
  both.register("noop", new NoopBuilder(), 0);
  const child = builds.spec("of-adopted", { baseImage: base, env: { CHILD: "1" } });
  const outcome = await both.build(child, { builder: "docker-buildx", builderOptions: { network: "host" } });
  expect(outcome.status).toBe("built");
  await builds.docker.pullImage(outcome.reference ?? "");
  const ran = await runContainer(builds.docker, outcome.reference ?? "", { cmd: ["python3", "-c", "print('up')"] });
  expect(ran.stdout).toBe("up\n");
});
