import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureGoTool, type GoTool } from "./go.ts";
import { ensureLayer, packFolder } from "./layer.ts";
import { pushImage } from "./push-image.ts";
import { ensureRegistry } from "./registry.ts";
import { hostArchitecture } from "./uv.ts";

const VERSION = "v1.24.0";
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

const MODULE = "github.com/GoogleContainerTools/kaniko";

export const KANIKO: GoTool = {
  name: "kaniko",
  version: VERSION,
  module: "kaniko",
  packages: [`${MODULE}/cmd/executor`],
  variables: [`${MODULE}/pkg/version.version=${VERSION}`],
};

export interface Kaniko {
  /** The executor on the host; never run it there: it deletes the root file system it runs in. */
  executor: string;
  /** Reference of an image made of it, at the local registry. */
  image: string;
}

/**
 * Kaniko's executor, built from its Go module (or the one of IMAGESPEC_DEV_KANIKO), and an image like the published
 * one.
 */
export async function ensureKaniko(): Promise<Kaniko> {
  const given = process.env.IMAGESPEC_DEV_KANIKO;
  const executor = given || join(await ensureGoTool(KANIKO), "executor");
  const layer = await ensureLayer(`kaniko-${given ? "given" : VERSION}-1`, (tar) => packExecutor(executor, tar));
  const config = {
    Env: [
      "HOME=/root",
      "USER=root",
      "PATH=/usr/local/bin:/kaniko",
      "SSL_CERT_DIR=/kaniko/ssl/certs",
      "DOCKER_CONFIG=/kaniko/.docker/",
    ],
    WorkingDir: "/workspace",
    Entrypoint: ["/kaniko/executor"],
  };
  const registry = await ensureRegistry();
  const architecture = hostArchitecture();
  await pushImage({ address: registry }, "kaniko/executor", VERSION, [{ architecture, layers: [layer], config }]);
  return { executor, image: `${registry}/kaniko/executor:${VERSION}` };
}

async function packExecutor(executor: string, tar: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "imagespec-layer-"));
  await chmod(root, 0o755);
  await mkdir(join(root, "kaniko/ssl/certs"), { recursive: true });
  await mkdir(join(root, "kaniko/.docker"));
  await chmod(join(root, "kaniko"), 0o777);
  await copyFile(executor, join(root, "kaniko/executor"));
  await chmod(join(root, "kaniko/executor"), 0o755);
  await copyFile(AUTHORITIES, join(root, "kaniko/ssl/certs/ca-certificates.crt"));
  await mkdir(join(root, "etc"));
  await writeFile(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  await packFolder(root, tar);
  await rm(root, { recursive: true });
}
