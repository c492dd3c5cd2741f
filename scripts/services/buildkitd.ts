import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePackages } from "./apt.ts";
import { cacheFolder } from "./cache-folder.ts";
import { command } from "./command.ts";
import { runningDaemon, startDaemon } from "./daemon.ts";
import { ensureGoTool, type GoTool } from "./go.ts";
import { withLock } from "./lock.ts";
import { ensureRegistry } from "./registry.ts";

const VERSION = "v0.34.2";

const MODULE = "github.com/moby/buildkit";

export const BUILDKIT: GoTool = {
  name: "buildkit",
  version: VERSION,
  module: "buildkit",
  packages: [
    `${MODULE}/cmd/buildkitd`,
    `${MODULE}/cmd/buildctl`,
    `${MODULE}/frontend/dockerfile/cmd/dockerfile-frontend`,
  ],
  variables: [`${MODULE}/version.Version=${VERSION}`],
};

export interface Buildkitd {
  /** For `docker buildx create --driver remote ADDRESS`. */
  address: string;
  buildctl: string;
}

/** A current BuildKit daemon: several platforms, cache export, attestations. Needs root and runc. */
export async function ensureBuildkitd(): Promise<Buildkitd> {
  const folder = process.env.IMAGESPEC_DEV_BUILDKIT || (await ensureGoTool(BUILDKIT));
  await ensurePackages({ runc: "runc" });
  const registry = await ensureRegistry();
  const buildctl = join(folder, "buildctl");
  return withLock("buildkitd", async () => {
    const running = await runningDaemon("buildkitd");
    if (running !== undefined) return { address: running.address, buildctl };
    const socket = cacheFolder("run", "buildkitd.sock");
    const address = `unix://${socket}`;
    const file = cacheFolder("run", "buildkitd.toml");
    await mkdir(cacheFolder("run"), { recursive: true });
    await writeFile(file, configuration(socket, registry));
    const ready = () => command(buildctl, ["--addr", address, "debug", "workers"]).then(() => true);
    await startDaemon({ name: "buildkitd", address, command: [join(folder, "buildkitd"), "--config", file], ready });
    return { address, buildctl };
  });
}

function configuration(socket: string, registry: string): string {
  return `root = "${cacheFolder("buildkitd")}"
[grpc]
  address = ["unix://${socket}"]
[worker.oci]
  enabled = true
  networkMode = "host"
[worker.containerd]
  enabled = false
[registry."docker.io"]
  mirrors = ["${registry}"]
[registry."ghcr.io"]
  mirrors = ["${registry}"]
[registry."${registry}"]
  http = true
`;
}
