import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ContainerEngine } from "@imagespec/container-engine";
import { runContainer, startPackageIndex } from "@imagespec/testkit";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { command } from "../../scripts/services/command.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";

const services = await ensureServices();
const both = await ensureArm64();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const root = fileURLToPath(new URL("../../examples/", import.meta.url));
const program = fileURLToPath(new URL("../../scripts/imagespec", import.meta.url));
const examples = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, files: readdirSync(join(root, name)) }));
const built = examples.filter(({ files }) => files.includes("expected.txt")).map(({ name }) => name);
/** Their bases or channels are out of the tests' reach. */
const RENDERED = ["conda", "environment-file", "gpu"];
/** What tests/e2e/resolve.test.ts builds and starts. */
const RESOLVED = ["kubernetes", "compose"];
/** Packages that their own tests install and run. */
const PACKAGES = examples.filter(({ files }) => files.includes("package.json")).map(({ name }) => name);

/** What stands in, in these tests, for what a user has. */
const SETTINGS: Record<string, (folder: string) => Promise<Record<string, string>>> = {
  "private-index": async (folder) => {
    const user = { name: "reader", password: "correct horse" };
    const index = await startPackageIndex({ packages: [{ name: "acme-rates", version: "1.2.0" }], user });
    const netrc = join(folder, "secrets/netrc");
    onTestFinished(async () => {
      await index.close();
      rmSync(netrc, { force: true });
    });
    writeFileSync(netrc, `machine ${new URL(index.url).hostname} login ${user.name} password "${user.password}"\n`);
    return { ACME_INDEX: index.url };
  },
  "uv-project": async (folder) => {
    onTestFinished(() => rmSync(join(folder, "uv.lock"), { force: true }));
    await command(join(services.tools, "uv"), ["lock", "--project", folder, "--no-python-downloads"]);
    return {};
  },
  "two-platforms": async () => {
    const mirror = `${services.registry}/two-platforms`;
    await command(join(services.tools, "crane"), ["copy", both, `${mirror}/library/python:3.11-slim-bookworm`]);
    return { IMAGESPEC_REGISTRY_MIRRORS: `docker.io=${mirror},ghcr.io=${services.registry}` };
  },
};
/**
 * What an example's own README says to add, or what is needed where containers do not reach the network by themselves.
 */
const EXTRA: Record<string, string[]> = {
  "apt-and-commands": ["--builder", "docker-buildx", "--builder-option", "network=host"],
  "uv-project": ["--builder-option", "sourceDistributions=build"],
};

/** An image that an example makes, and how its container is started. */
interface Made {
  image: string;
  args?: string[];
}

/** What `imagespec build` prints; of an example with a program, what the Jobs that it prints hold. */
async function imagesOf(name: string, cwd: string, env: Record<string, string>): Promise<Made[]> {
  if (existsSync(join(cwd, "deploy.ts"))) {
    const { stdout } = await execa(process.execPath, ["deploy.ts"], { cwd, env });
    const jobs = JSON.parse(stdout) as { items: { spec: { template: { spec: { containers: Container[] } } } }[] };
    return jobs.items.flatMap(({ spec }) => spec.template.spec.containers);
  }
  const { stdout } = await execa(program, ["build", ...(EXTRA[name] ?? [])], { cwd, env });
  return stdout.split("\n").map((line) => ({ image: line.slice(line.indexOf("\t") + 1) }));
}

interface Container {
  image: string;
  args: string[];
}

describe("every example builds as its README says, and its containers print what expected.txt holds", () => {
  it.each(built)("%s", async (name) => {
    const cwd = join(root, name);
    const env = { ...serviceEnvironment(services), ...(await SETTINGS[name]?.(cwd)) };
    let said = "";
    for (const { image, args } of await imagesOf(name, cwd, env)) {
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
      await docker.pullImage(image);
      said += (await runContainer(docker, image, args === undefined ? {} : { cmd: args })).stdout;
    }
    expect(said).toBe(readFileSync(join(cwd, "expected.txt"), "utf8"));
  });
});

it.each(RENDERED)("%s renders, each of its images", async (name) => {
  const cwd = join(root, name);
  const { stdout } = await execa(program, ["tag"], { cwd, env: serviceEnvironment(services) });
  const targets = stdout
    .split("\n")
    .map((line) => (line.includes("\t") ? ["--target", line.split("\t")[0] ?? ""] : []));
  for (const target of targets) {
    const { stdout: dockerfile } = await execa(program, ["render", ...target], { cwd });
    expect(dockerfile).toContain("_F_IMG_ID=");
  }
});

it("no example is left out", () => {
  const shown = [...built, ...RENDERED, ...RESOLVED, ...PACKAGES, "quickstart"];
  expect(examples.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
});
