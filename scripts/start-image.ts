import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages } from "./services/apt.ts";
import { command } from "./services/command.ts";
import { dockerClient, ensureDocker } from "./services/docker-engine.ts";

/**
 * Starts a container of an image with our standard output and returns its exit code. Uses docker; where no engine runs
 * or can be started (without cgroups, for example), it starts the image in a chroot, as root.
 */
export async function startImage(reference: string, registry: string): Promise<number> {
  const host = await ensureDocker(registry).catch((error: unknown) => {
    console.error(`no docker engine (${String(error).trimEnd().split("\n").at(-1)}): starting the image in a chroot`);
  });
  const docker = dockerClient();
  if (host === undefined || docker === undefined) return startInChroot(reference);
  // A first run prints its pull; standard output belongs to the container alone.
  await command(docker, ["pull", "-q", reference], { env: { DOCKER_HOST: host } });
  return run(docker, ["run", "--rm", reference], { DOCKER_HOST: host });
}

/** Of an OCI runtime configuration, the part about the process. */
interface ContainerProcess {
  args: string[];
  env: string[];
  cwd: string;
  user: { uid: number; gid: number };
}

/** Needs `env` in the image, which sets the environment and the working directory. */
async function startInChroot(reference: string): Promise<number> {
  await ensurePackages({ skopeo: "skopeo", umoci: "umoci" });
  const folder = await mkdtemp(join(tmpdir(), "imagespec-container-"));
  try {
    const [name = "", digest = ""] = reference.split("@");
    const source = `docker://${name.slice(0, name.lastIndexOf(":"))}@${digest}`;
    await command("skopeo", ["copy", "-q", "--src-tls-verify=false", source, `oci:${folder}/image:it`]);
    await command("umoci", ["unpack", "--image", `${folder}/image:it`, `${folder}/bundle`]);
    const { process: it } = JSON.parse(await readFile(`${folder}/bundle/config.json`, "utf8")) as {
      process: ContainerProcess;
    };
    const user = `--userspec=${it.user.uid}:${it.user.gid}`;
    const settings = ["/usr/bin/env", "-i", "-C", it.cwd, ...it.env];
    return await run("chroot", [user, `${folder}/bundle/rootfs`, ...settings, ...it.args], {});
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
