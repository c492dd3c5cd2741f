import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBuildx } from "../../scripts/services/buildx.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** A DOCKER_CONFIG of the test's own, with the buildx plug-in or without any, and credentials if given. */
export async function dockerConfig(options: {
  buildx: boolean;
  auths?: Record<string, string>;
}): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, "config.json"), configJson(options.auths ?? {}), { mode: 0o600 });
  if (options.buildx) {
    await mkdir(join(folder.path, "cli-plugins"));
    await symlink(join(await ensureBuildx(), "docker-buildx"), join(folder.path, "cli-plugins/docker-buildx"));
  }
  return folder;
}

/** A docker config.json with `user:password` by registry. */
export function configJson(auths: Record<string, string>): string {
  const encoded = Object.entries(auths).map(([host, login]) => [host, { auth: Buffer.from(login).toString("base64") }]);
  return JSON.stringify({ auths: Object.fromEntries(encoded) });
}
