import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { dockerode } from "@imagespec/container-engine/dockerode";
import type { BuildEvent, ImageSpecParameters } from "@imagespec/core";
import { processMark, runTool } from "@imagespec/core/builder";
import { runContainer } from "@imagespec/testkit";
import { describe, expect, test } from "vitest";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { builderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { image } = await ensureKaniko();
const bothPlatforms = await ensureArm64();
const { builds, services } = await builderUnderTest(() => new KanikoBuilder(), { builderOptions: { image } });

const docker = await dockerode(builds.docker.endpoint);

/** Containers of one image's builds: the tests of other files may build at the same time. */
async function containersOf(reference: string): Promise<string[]> {
  const filters = { label: [`dev.imagespec.kaniko=${reference}`] };
  return (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id);
}

/** On a base of a few files, which kaniko unpacks at once: these tests are about the container, not the image. */
const small = (name: string, parameters: ImageSpecParameters) =>
  builds.spec(name, { baseImage: services.images.musl, ...parameters });

async function failing(name: string, parameters: ImageSpecParameters, builderOptions: object = {}) {
  const spec = small(name, parameters);
  const building = builds.engine().build(spec, { builder: "kaniko", builderOptions: { image, ...builderOptions } });
  const error = await building.then(
    (outcome) => Promise.reject(new Error(`built ${JSON.stringify(outcome)}`)),
    (error: Error & { code: string; hint: string }) => error,
  );
  expect(error.hint).toMatch(/\S/);
  expect(await containersOf(await spec.imageName())).toEqual([]);
  return error;
}

describe("kaniko in docker: failures are named, and no container remains", () => {
  test("cancelled while a step runs", async () => {
    const spec = small("stopped", { commands: ["echo ready; sleep 60"] });
    const abort = new AbortController();
    let began = 0;
    const onEvent = (event: BuildEvent) => {
      if (event.type !== "log" || event.line !== "ready" || began > 0) return;
      began = performance.now();
      abort.abort();
    };
    const building = builds.engine().build(spec, { builderOptions: { image }, signal: abort.signal, onEvent });
    await expect(building).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(began).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(5000);
    // A busy engine may be slow to delete the files.
    await expect.poll(async () => containersOf(await spec.imageName()), { timeout: 30_000 }).toEqual([]);
    expect(await spec.exist()).toBe(false);
  });

  test("the next build removes what a killed process left, and nothing that belongs to a running one", async () => {
    const [place, pid, start] = processMark().split(".");
    const expires = (seconds: number) => String(Math.ceil(Date.now() / 1000) + seconds);
    // The same pid at another time; then a process of another machine, before and after its time.
    const left = { client: `${place}.${pid}.${Number(start) - 1}`, expires: expires(3600) };
    const kept = { client: processMark(), expires: expires(-1) };
    const foreign = { client: "0123456789abcdef.1.1", expires: expires(3600) };
    const expired = { client: "0123456789abcdef.1.1", expires: expires(-1) };
    await builds.docker.pullImage(services.images.python);
    const made = await Promise.all(
      [left, kept, foreign, expired].map(({ client, expires }) =>
        docker.createContainer({
          Image: services.images.python,
          Labels: { "dev.imagespec.kaniko": "swept", "dev.imagespec.client": client, "dev.imagespec.expires": expires },
        }),
      ),
    );
    try {
      await builds.build(small("sweeps", { env: { A: "1" } }));
      const there = await containersOf("swept");
      expect(made.map(({ id }) => there.includes(id))).toEqual([false, true, true, false]);
    } finally {
      await Promise.allSettled(made.map((container) => container.remove({ force: true })));
    }
  });

  test("a container that something else kills", async () => {
    const spec = small("killed", { commands: ["echo ready; sleep 60"] });
    const reference = await spec.imageName();
    let killed: Promise<unknown> | undefined;
    const onEvent = (event: BuildEvent) => {
      if (event.type !== "log" || event.line !== "ready") return;
      killed ??= containersOf(reference).then(([id = ""]) => docker.getContainer(id).kill());
    };
    const building = builds.engine().build(spec, { builder: "kaniko", builderOptions: { image }, onEvent });
    await expect(building).rejects.toMatchObject({ code: "E_BUILD", message: expect.stringMatching(/was killed/) });
    await killed;
    expect(await containersOf(reference)).toEqual([]);
  });

  test("out of memory", async () => {
    const error = await failing("memory", { baseImage: services.images.python, env: { A: "1" } }, { memory: "12m" });
    expect(error).toMatchObject({ code: "E_BUILD", message: expect.stringMatching(/ran out of memory/) });
  });

  test("a build that exceeds its time limit", async () => {
    const error = await failing("slow", { commands: ["sleep 60"] }, { timeout: 3 });
    expect(error).toMatchObject({ code: "E_BUILD", message: expect.stringMatching(/within 3 s/) });
  });

  test("the executor's image does not exist", async () => {
    const missing = `${services.registry}/no/such-executor:1`;
    const error = await failing("no-image", { env: { A: "1" } }, { image: missing });
    expect(error).toMatchObject({ code: "E_TOOL_MISSING", message: expect.stringContaining(missing) });
  });

  test("an image that does not contain an executor", async () => {
    await builds.docker.pullImage(services.images.python);
    const error = await failing("no-executor", { env: { A: "1" } }, { image: services.images.python });
    expect(error).toMatchObject({
      code: "E_BUILD",
      message: expect.stringMatching(/cannot be started|exit code|wrote no image/),
    });
  });

  test("a step that fails, with its last lines", async () => {
    const error = await failing("step", { commands: ["echo before; exit 7"] });
    expect(error).toMatchObject({
      code: "E_BUILD",
      message: expect.stringMatching(/exit code 7[\s\S]*last lines:[\s\S]*before/),
    });
  });

  test("a base without Python", async () => {
    const error = await failing("no-python", { baseImage: services.images.debian, packages: ["six"] });
    expect(error.code).toBe("E_NO_PYTHON");
  });

  test("a base without a shell", async () => {
    const error = await failing("no-shell", { baseImage: services.images.noShell, env: { A: "1" } });
    expect(error.code).toBe("E_BASE_NO_SHELL");
  });

  test("a base image that does not exist", async () => {
    const baseImage = `${services.registry}/no/such-base:1`;
    const error = await failing("no-base", { baseImage, env: { A: "1" } }, { retries: 0 });
    expect(error).toMatchObject({ code: "E_REGISTRY", message: expect.stringContaining("no/such-base") });
  });
});

test("files are laid over links of the base, not through them, and no folder replaces its file", async () => {
  const commands = [
    "echo base > /target && ln -s /target /root/linked.txt && ln /target /root/same.txt && ln -s /none /root/dangling.txt",
    "echo base > /root/app",
  ];
  const base = await builds.build(small("links-base", { commands }));
  if (base.status !== "built") throw new Error(JSON.stringify(base));
  await using folder = await temporaryFolder({
    "src/linked.txt": "shipped\n",
    "src/same.txt": "shipped\n",
    "src/dangling.txt": "shipped\n",
    "bad/app/main.py": "",
  });
  const over = (sourceRoot: string) =>
    builds.spec("over", { baseImage: base.reference, sourceRoot, sourceCopyMode: "all" }, folder.path);
  const outcome = await builds.build(over("src"));
  await builds.docker.pullImage(outcome.reference ?? "");
  const read = "cd /root && cat linked.txt same.txt dangling.txt /target && test ! -L linked.txt";
  const ran = await runContainer(builds.docker, outcome.reference ?? "", { cmd: ["sh", "-c", read] });
  expect(ran).toMatchObject({ exitCode: 0, stdout: "shipped\nshipped\nshipped\nbase\n" });
  await expect(builds.build(over("bad"))).rejects.toMatchObject({
    code: "E_INPUT_FILE",
    message: expect.stringContaining("'app' is a folder, and the base image has a file at /root/app"),
  });
});

describe("kaniko in docker: where the image goes", () => {
  test("to an OCI layout, a docker archive and the engine", async () => {
    await using folder = await temporaryFolder();
    const spec = small("outputs", { env: { A: "here" } });
    const build = (output: string) =>
      builds.engine().build(spec, { builder: "kaniko", builderOptions: { image }, push: false, output });
    const layout = join(folder.path, "layout");
    await build(`oci:${layout}`);
    const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
    expect(index.manifests).toHaveLength(1);
    const archive = join(folder.path, "image.tar");
    await build(`docker-archive:${archive}`);
    const inspected = await runTool("skopeo", ["inspect", "--config", `docker-archive:${archive}`]);
    expect(JSON.parse(inspected.stdout).config.Env).toContain("A=here");
    await build("engine");
    const ran = await runContainer(builds.docker, await spec.imageName(), { cmd: ["sh", "-c", "echo $A"] });
    expect(ran.stdout).toBe("here\n");
    expect(await spec.exist()).toBe(false);
  });

  test("two platforms: one run for each, one index, and both images start", async () => {
    const platform = "linux/amd64,linux/arm64";
    const commands = ["python3 -c 'import platform; print(platform.machine())' > /machine"];
    const spec = builds.spec("platforms", { baseImage: bothPlatforms, platform, commands });
    const outcome = await builds.build(spec);
    expect(outcome).toMatchObject({ status: "built", platforms: ["linux/amd64", "linux/arm64"] });
    expect((await builds.build(spec)).status).toBe("reused");
    const { stdout } = await runTool("crane", ["manifest", "--insecure", outcome.reference ?? ""]);
    const { manifests } = JSON.parse(stdout) as { manifests: { digest: string; platform: { architecture: string } }[] };
    expect(manifests.map((entry) => entry.platform.architecture)).toEqual(["amd64", "arm64"]);
    for (const { digest, platform } of manifests) {
      const child = `${outcome.reference?.replace(/:[^:/]+$/, "")}@${digest}`;
      await runTool("docker", ["pull", "--platform", `linux/${platform.architecture}`, child]);
      const ran = await runContainer(builds.docker, child, { entrypoint: ["cat"], cmd: ["/machine"] });
      expect(ran.stdout).toBe(platform.architecture === "amd64" ? "x86_64\n" : "aarch64\n");
    }
  });

  test("the second build takes the layers of steps from the cache", async () => {
    const spec = builds.spec("cached", { aptPackages: ["tree"] });
    const lines: string[] = [];
    const options = { image, cache: true, network: "host" };
    const onEvent = (event: BuildEvent) => {
      if (event.type === "log") lines.push(event.line);
    };
    await builds.engine().build(spec, { builderOptions: options, onEvent });
    expect(lines.filter((line) => /Using caching version of cmd/.test(line))).toEqual([]);
    lines.length = 0;
    // Another tag over the same first steps; a forced build would not use the cache.
    const next = builds.spec("cached", { aptPackages: ["tree"], env: { NEXT: "1" } });
    const again = await builds.engine().build(next, { builderOptions: options, onEvent });
    expect(again.status).toBe("built");
    expect(lines.filter((line) => /Using caching version of cmd/.test(line)).length).toBeGreaterThan(0);
    await builds.docker.pullImage(again.status === "built" ? again.reference : "");
    const ran = await runContainer(builds.docker, await next.imageName(), { cmd: ["tree", "--version"] });
    expect(ran.exitCode).toBe(0);
  });
});
