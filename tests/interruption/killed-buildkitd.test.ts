import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import makeBuilder from "@imagespec/builder-docker-buildx/builder";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { runTool } from "@imagespec/core/builder";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ensureBuildkitd } from "../../scripts/services/buildkitd.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const { buildctl } = await ensureBuildkitd();
const builder = `imagespec-killed-${process.pid}`;
const folder = await temporaryFolder({ "files/large": "large".repeat(12_000_000) });
const config = await dockerConfig({ buildx: true });
const address = `unix://${join(folder.path, "buildkitd.sock")}`;
let daemon: ChildProcess;

beforeAll(async () => {
  for (const [name, value] of Object.entries({ ...serviceEnvironment(services), DOCKER_CONFIG: config.path }))
    vi.stubEnv(name, value);
  const { registry } = services;
  await writeFile(
    join(folder.path, "buildkitd.toml"),
    `root = "${folder.path}/root"
[grpc]
  address = ["${address}"]
[worker.oci]
  enabled = true
  networkMode = "host"
[worker.containerd]
  enabled = false
[registry."${registry}"]
  http = true
`,
  );
  await runTool("docker", ["buildx", "create", "--name", builder, "--driver", "remote", address]);
});
afterAll(async () => {
  await runTool("docker", ["buildx", "rm", builder], { allowFailure: true });
  vi.unstubAllEnvs();
  await config[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

beforeEach(async () => {
  const program = join(dirname(buildctl), "buildkitd");
  daemon = spawn(program, ["--config", join(folder.path, "buildkitd.toml")], { stdio: "ignore" });
  for (let tries = 0; ; tries++) {
    const { exitCode } = await runTool(buildctl, ["--addr", address, "debug", "workers"], { allowFailure: true });
    if (exitCode === 0) return;
    if (tries > 100) throw new Error("buildkitd does not answer");
    await sleep(200);
  }
});
afterEach(() => kill());

async function kill(): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  daemon.kill("SIGKILL");
  await once(daemon, "exit");
  await rm(join(folder.path, "buildkitd.sock"), { force: true });
}

/** What a build ends with whose daemon is killed once a step's name matches. */
async function killedAt(step: RegExp, commands: string[]): Promise<unknown> {
  const engine = new ImageBuildEngine({ builders: [makeBuilder()], discover: false });
  const spec = new ImageSpec(
    {
      name: `killed-buildkitd/${process.pid}`,
      registry: services.registry,
      platform: services.platform,
      baseImage: services.images.python,
      copy: ["files"],
      commands,
    },
    { root: folder.path },
  );
  return engine
    .build(spec, {
      builder: "docker-buildx",
      builderOptions: { builder },
      force: true,
      onEvent: (event) => {
        if (event.type === "step" && event.status === "started" && step.test(event.name)) void kill();
      },
    })
    .catch((error: unknown) => error);
}

test.each([
  ["runs a command", /commands/],
  ["reads the context", /files|copy/i],
])("a daemon that is killed while it %s is E_DAEMON, not a fault of the spec", async (_, step) => {
  expect(await killedAt(step, ["sleep 20"])).toMatchObject({
    code: "E_DAEMON",
    message: expect.stringContaining(builder),
  });
});
