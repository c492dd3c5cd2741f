import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { ensurePackages } from "./apt.ts";
import { cacheFolder } from "./cache-folder.ts";
import { findProgram } from "./command.ts";
import { runningDaemon, startDaemon } from "./daemon.ts";
import { withLock } from "./lock.ts";

/**
 * Machines lack different things (iptables modules, a bridge): each set of flags is tried when the one before it fails.
 */
const NETWORKS = [[], ["--iptables=false", "--ip-masq=false"], ["--bridge=none", "--iptables=false"]];

/**
 * A docker engine that answers: the one at DOCKER_HOST or the default socket, else one started here (Debian's, as
 * root).
 * @param registry the mirror of Docker Hub that a started engine uses
 * @returns a value for DOCKER_HOST
 */
export async function ensureDocker(registry: string): Promise<string> {
  const given = process.env.DOCKER_HOST;
  if (given !== undefined && given !== "") {
    if (await pings(given)) return given;
    throw new Error(`no docker engine answers on DOCKER_HOST=${given}; start it or unset DOCKER_HOST`);
  }
  const usual = "unix:///var/run/docker.sock";
  if (await pings(usual)) return usual;
  await ensurePackages({ dockerd: "docker.io", iptables: "iptables" });
  return withLock("docker", async () => {
    const running = await runningDaemon("docker");
    if (running !== undefined) return running.address;
    if (process.getuid?.() !== 0) throw new Error("no docker engine answers and only root can start one; start docker");
    await mkdir(cacheFolder("run"), { recursive: true });
    const settings = cacheFolder("run", "docker.json");
    await writeFile(settings, JSON.stringify({ "registry-mirrors": [`http://${registry}`] }));
    const failures: unknown[] = [];
    for (const network of NETWORKS) {
      const files = ["--pidfile", "/run/imagespec-docker.pid", "--exec-root", "/run/imagespec-docker"];
      const flags = [
        "--config-file",
        settings,
        "--data-root",
        cacheFolder("docker"),
        ...files,
        "-H",
        usual,
        ...network,
      ];
      const ready = () => pings(usual);
      try {
        await startDaemon({ name: "docker", address: usual, command: ["dockerd", ...flags], ready });
        return usual;
      } catch (error) {
        failures.push(error);
      }
    }
    throw new AggregateError(failures, `dockerd does not start here: ${String(failures[0])}`);
  });
}

/** Debian's docker client (it has BuildKit built in) where it is installed, else the first on PATH. */
export function dockerClient(): string | undefined {
  return existsSync("/usr/bin/docker") ? "/usr/bin/docker" : findProgram("docker");
}

function pings(host: string): Promise<boolean> {
  const url = host.startsWith("unix://") ? undefined : new URL(host.replace(/^tcp:/, "http:"));
  const where =
    url === undefined ? { socketPath: host.slice("unix://".length) } : { host: url.hostname, port: url.port };
  return new Promise((resolve) => {
    const asked = request({ ...where, path: "/_ping", timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("error", () => resolve(false));
    asked.on("timeout", () => asked.destroy());
    asked.end();
  });
}
