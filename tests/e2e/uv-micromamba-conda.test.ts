import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { UvMicromambaBuilder } from "@imagespec/builder-uv-micromamba";
import { ContainerEngine } from "@imagespec/container-engine";
import { type BuildEvent, ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { runContainer } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { demoPackages, makeChannel } from "../support/conda-channel/make-channel.ts";
import { realPython } from "../support/conda-channel/real-python.ts";
import { type ServedChannel, serveChannel } from "../support/conda-channel/serve-channel.ts";

const services = await ensureServices();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const run = randomBytes(4).toString("hex");
const PREFIX = "/opt/micromamba/envs/runtime";
let folder: string;
let channel: ServedChannel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-conda-e2e-"));
  for (const [name, value] of Object.entries(serviceEnvironment(services))) vi.stubEnv(name, value);
  vi.stubEnv("IMAGESPEC_CACHE_DIR", join(folder, "cache"));
  const { arch, noarch } = demoPackages();
  const subdir = services.platform === "linux/arm64" ? "linux-aarch64" : "linux-64";
  await makeChannel(join(folder, "conda-forge"), { [subdir]: [...arch, await realPython()], noarch });
  channel = await serveChannel(folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await channel?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function build(name: string, parameters: ImageSpecParameters, builderOptions?: Record<string, unknown>) {
  const spec = new ImageSpec({
    name: `conda/${run}/${name}`,
    registry: services.registry,
    platform: services.platform,
    baseImage: services.images.debian,
    pythonVersion: "3.11",
    condaChannels: [`${channel.url}/conda-forge`, "nodefaults"],
    ...parameters,
  });
  const events: BuildEvent[] = [];
  const engine = new ImageBuildEngine({ builders: [new UvMicromambaBuilder()], discover: false });
  const outcome = engine.build(spec, {
    onEvent: (event) => events.push(event),
    ...(builderOptions && { builderOptions }),
  });
  return { outcome, events };
}

async function shell(reference: string, script: string): Promise<string> {
  await docker.pullImage(reference);
  const { exitCode, stdout, stderr } = await runContainer(docker, reference, {
    entrypoint: ["/bin/sh", "-c"],
    cmd: [script],
  });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return stdout;
}

describe("conda environments without a daemon", () => {
  it("start with a real Python, relocated scripts, a noarch package and a pip package on top", {
    meta: { builder: "uv-micromamba", shows: ["condaPackages", "condaChannels"] },
  }, async () => {
    const { outcome } = build("all", {
      condaPackages: ["demo-script", "demo-noarch", "demo-lib >=2"],
      packages: ["six==1.16.0"],
    });
    const { reference, digest } = await outcome;
    expect(digest).toMatch(/^sha256:/);
    const script = `which python; python -c 'import sys, six; print(sys.prefix, six.__version__)'; demo-cli; demo-plain; demo-script; cat ${PREFIX}/share/demo-lib-again; ls ${PREFIX}/conda-meta`;
    expect((await shell(reference as string, script)).split("\n")).toEqual([
      `${PREFIX}/bin/python`,
      `${PREFIX} 1.16.0`,
      "noarch works",
      "plain works",
      `${PREFIX}/share/demo`,
      "2.0",
      "demo-lib-2.0-0.conda".replace(".conda", ".json"),
      "demo-noarch-1.0-0.json",
      "demo-script-1.0-0.json",
      "history",
      expect.stringMatching(/^python-3\.\d+\.\d+-0\.json$/),
      "",
    ]);
  });

  it("are the same bytes when built again, without fetching a package whose layer is cached", async () => {
    const first = await build("again-a", { condaPackages: ["demo-noarch"] }).outcome;
    channel.requests.length = 0;
    const second = await build("again-b", { condaPackages: ["demo-noarch"] }).outcome;
    expect(channel.requests.filter((path) => path.endsWith(".conda"))).toEqual([]);
    const layers = async (reference: string) => {
      await docker.pullImage(reference);
      const described = await docker.request({ method: "GET", path: `/images/${reference}/json` }, json);
      return (described as { RootFS: { Layers: string[] } }).RootFS.Layers;
    };
    expect(await layers(second.reference as string)).toEqual(await layers(first.reference as string));
  });

  it("take packages from where the index says they are", async () => {
    const elsewhere = join(folder, "elsewhere/noarch");
    await mkdir(elsewhere, { recursive: true });
    await makeChannel(join(folder, "moved"), {
      noarch: [{ name: "moved", version: "1.0", format: "conda", files: [] }],
    });
    const place = join(folder, "moved/noarch");
    await rename(join(place, "moved-1.0-0.conda"), join(elsewhere, "moved-1.0-0.conda"));
    const index = JSON.parse(await readFile(join(place, "repodata.json"), "utf8"));
    const info = { ...index.info, base_url: `${channel.url}/elsewhere/noarch` };
    await writeFile(join(place, "repodata.json"), JSON.stringify({ ...index, info, repodata_version: 2 }));
    const channels = [`${channel.url}/moved`, `${channel.url}/conda-forge`, "nodefaults"];
    const { outcome } = build("moved", { condaChannels: channels, condaPackages: ["moved"] });
    const { reference } = await outcome;
    expect(
      await shell(reference as string, `grep -o elsewhere/noarch/moved ${PREFIX}/conda-meta/moved-1.0-0.json`),
    ).toBe("elsewhere/noarch/moved\n");
  });

  it("name packages whose link scripts are not run, and refuse them under strict", {
    meta: { builder: "uv-micromamba", shows: ["builderOptions"] },
  }, async () => {
    const { outcome, events } = build("postlink", { condaPackages: ["demo-postlink"] });
    await outcome;
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "warning",
        message: expect.stringMatching(/^demo-postlink-1\.0-0\.conda: link scripts/),
      }),
    );
    await expect(build("strict", { condaPackages: ["demo-postlink"] }, { strict: true }).outcome).rejects.toMatchObject(
      {
        message: expect.stringMatching(/demo-postlink-1\.0-0\.conda: link scripts/),
      },
    );
  });

  it.each([
    ["an unknown package", "nosuch", "E_RESOLVE", /nosuch/],
    ["a libc the base lacks", "demo-newglibc", "E_RESOLVE", /__glibc/],
  ])("refuse %s before anything is pushed", async (_name, pack, code, message) => {
    await expect(build("refused", { condaPackages: [pack] }).outcome).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
