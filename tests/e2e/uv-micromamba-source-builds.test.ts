import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { UvMicromambaBuilder } from "@imagespec/builder-uv-micromamba";
import { ContainerEngine } from "@imagespec/container-engine";
import { type BuildEvent, ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { runContainer, type SourceOptions, startPackageIndex } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { REPOSITORIES, SOURCES } from "../agreement/sources.ts";
import { startGitServer } from "../support/git-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const folder = await temporaryFolder({ "home/secret": "secret\n" });
const git = await startGitServer(REPOSITORIES);
const secret = join(folder.path, "home", "secret");

/** A package whose build fails unless this Python code, which runs first, ends well. */
const runs = (name: string, source: string): SourceOptions => ({ name, version: "1.0", source });
const index = await startPackageIndex({
  packages: [
    { name: "plain-two", version: "1.0" },
    ...SOURCES,
    runs(
      "looks-around",
      `import os\nassert not os.path.exists(${JSON.stringify(secret)})\nassert "SHOWN" not in os.environ`,
    ),
    runs("says-hash", 'import os\nassert hash("a") == hash("a") and os.environ["SOURCE_DATE_EPOCH"] == "315532800"'),
    runs("fails", 'raise SystemExit("it does not build")'),
    runs("compiles", 'import subprocess\nsubprocess.run(["cc", "x.c"])'),
    {
      name: "native",
      version: "1.0",
      source: {
        "setup.py": 'from setuptools import setup\nsetup(name="native", version="1.0", has_ext_modules=lambda: True)\n',
      },
    },
  ],
});
const run = randomBytes(4).toString("hex");
beforeAll(() => {
  const env = { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: join(folder.path, "cache"), SHOWN: "yes" };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await index.close();
  await git[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function build(name: string, parameters: ImageSpecParameters, options: { force?: boolean } = {}) {
  const events: BuildEvent[] = [];
  const engine = new ImageBuildEngine({ builders: [new UvMicromambaBuilder()], discover: false });
  const spec = new ImageSpec({
    name: `sources/${run}/${name}`,
    registry: services.registry,
    platform: services.platform,
    baseImage: services.images.pythonSmall,
    pipExtraIndexUrl: [index.url],
    builder: "uv-micromamba",
    bytecode: false,
    ...parameters,
  });
  const outcome = await engine.build(spec, {
    builderOptions: { sourceDistributions: "build" },
    onEvent: (event) => events.push(event),
    ...options,
  });
  const built = events.flatMap((one) =>
    one.type === "step" && one.status === "done" && one.name.startsWith("wheel of ") ? [one.name.slice(9)] : [],
  );
  const warned = events.flatMap((one) => (one.type === "warning" ? [one.message] : []));
  return { outcome, built: built.sort(), warned };
}

async function prints(reference: string, code: string): Promise<string> {
  await docker.pullImage(reference);
  const { stdout, stderr } = await runContainer(docker, reference, { entrypoint: ["python", "-c", code], cmd: [] });
  return stdout + stderr;
}

describe("packages without wheels, with the option to build them", () => {
  test("are built by setuptools, hatch and flit, with their dependencies, and can be imported in the image", async () => {
    const { outcome, built, warned } = await build("backends", { packages: ["by-setup[more]", "by-setuptools"] });
    if (outcome.status !== "built") throw new Error(JSON.stringify(outcome));
    expect(built).toEqual(["by-flit 1.0", "by-hatch 1.0", "by-setup 1.0", "by-setuptools 1.0"]);
    expect(warned.filter((text) => text.includes("sandbox"))).toEqual([]);
    const code = "import by_setup, by_setuptools, by_hatch, by_flit, plain_two; by_setup.main()";
    expect(await prints(outcome.reference, code)).toBe("1.0\n");
    const again = await build("again", { packages: ["by-setup[more]", "by-setuptools"] });
    expect(again.built).toEqual([]);
  });

  test("produce the same image each time", async () => {
    const digests = new Set<string | undefined>();
    for (const name of ["one", "one"]) {
      const { outcome, built } = await build(name, { packages: ["by-flit", "by-hatch"] }, { force: true });
      expect(built).toEqual(["by-flit 1.0", "by-hatch 1.0"]);
      digests.add(outcome.status === "built" ? outcome.digest : outcome.status);
    }
    expect([...digests]).toEqual([expect.stringMatching(/^sha256:/)]);
  });

  test("come from a commit of a git repository, never from a branch", async () => {
    const address = `git+${git.address("from-git")}`;
    const { outcome } = await build("git", { packages: [`from-git @ ${address}@${git.commit("from-git")}`] });
    if (outcome.status !== "built") throw new Error(JSON.stringify(outcome));
    const code = "import importlib.metadata as m, from_git; print(m.version('from-git'), m.version('plain-two'))";
    expect(await prints(outcome.reference, code)).toBe("1.5 1.0\n");
    const branch = build("branch", { packages: [`from-git @ ${address}@main`] });
    await expect(branch).rejects.toMatchObject({ code: "E_UNSUPPORTED", hint: expect.stringContaining("@COMMIT") });
  });

  test("see neither this machine's files nor its environment nor its clock while they are built", async () => {
    const { outcome, built } = await build("sight", { packages: ["looks-around", "says-hash"] });
    expect(outcome.status).toBe("built");
    expect(built).toEqual(["looks-around 1.0", "says-hash 1.0"]);
  });

  test("are built with a warning of what they can see where nothing can confine them", async () => {
    await using programs = await temporaryFolder({
      bwrap: { text: "#!/bin/sh\nexit 1\n", mode: 0o755 },
      unshare: { text: "#!/bin/sh\nexit 1\n", mode: 0o755 },
    });
    const { PATH } = process.env;
    vi.stubEnv("PATH", `${programs.path}:${PATH}`);
    const { outcome, warned } = await build("unconfined", { packages: ["says-hash"] }, { force: true });
    vi.stubEnv("PATH", PATH);
    expect(outcome.status).toBe("built");
    expect(warned.filter((text) => text.includes("without a sandbox"))).toEqual([
      expect.stringMatching(
        /\(bwrap \(bubblewrap\) fails; unshare \(user namespaces\) fails\): .* sees and may change whatever \S+ can/,
      ),
    ]);
  });

  test.each([
    ["fails", /fails 1\.0 cannot be built into a wheel on this machine:.*it does not build/s],
    ["compiles", /compiles 1\.0 is built with a compiler \(cc\)/],
    ["native", /native 1\.0 is built into native-1\.0-.*linux.*\.whl, which is not for every platform/],
  ])("are handed on by name where a build %s", async (name, message) => {
    await expect(build(name, { packages: [name] })).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(message),
    });
  });

  test("are refused without the option, which the refusal names", async () => {
    const engine = new ImageBuildEngine({ builders: [new UvMicromambaBuilder()], discover: false });
    const spec = new ImageSpec({
      name: "off",
      baseImage: services.images.python,
      packages: ["by-flit"],
      builder: "uv-micromamba",
      pipExtraIndexUrl: [index.url],
    });
    await expect(engine.build(spec, { output: `oci:${folder.path}/off`, push: false })).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining('sourceDistributions is "build"'),
    });
  });
});
