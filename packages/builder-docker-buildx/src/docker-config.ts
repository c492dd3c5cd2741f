import { symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ImageSpecError, withSecretFolder } from "@imagespec/core/builder";
import { writeDockerConfig } from "@imagespec/dockerfile";
import { LARGEST_SETTINGS, type ProcessEnvironment, readRegularFile } from "@imagespec/registry/terms";

type ConfigFile = Partial<
  Record<"auths" | "credHelpers" | "credsStore" | "currentContext" | "cliPluginsExtraDirs" | "proxies", unknown>
>;

/**
 * Does work with the environment of {@link dockerConfigEnvironment}, whose folder is gone afterwards; with an empty one
 * where the spec names no `registryConfig`.
 */
export function withDockerConfig<T>(
  registryConfig: string | undefined,
  work: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  if (registryConfig === undefined) return work({});
  return withSecretFolder("docker", async (folder) =>
    work(await dockerConfigEnvironment(registryConfig, folder, process.env)),
  );
}

/**
 * Environment that makes docker use the credentials of `registryConfig` alone and otherwise work as usual: a folder in
 * `scratch` (mode 0700) with those credentials and the user's own context, proxies, plug-ins and builders.
 *
 * @throws ImageSpecError E_INPUT_FILE when `registryConfig` cannot be read as a docker config.json.
 */
export async function dockerConfigEnvironment(
  registryConfig: string,
  scratch: string,
  env: ProcessEnvironment,
): Promise<Record<string, string>> {
  // A relative path would mean another place to a link in the new folder.
  const own = resolve(env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker"));
  const { auths, credHelpers, credsStore } = await readConfig(registryConfig);
  const { currentContext, cliPluginsExtraDirs, proxies } = await readConfig(join(own, "config.json")).catch(
    (): ConfigFile => ({}),
  );
  const folder = join(scratch, "docker-config");
  const config = { auths, credHelpers, credsStore, currentContext, cliPluginsExtraDirs, proxies };
  await writeDockerConfig(folder, JSON.stringify(config));
  for (const name of ["contexts", "cli-plugins", "tls"]) await symlink(join(own, name), join(folder, name));
  return { DOCKER_CONFIG: folder, BUILDX_CONFIG: env.BUILDX_CONFIG || join(own, "buildx") };
}

async function readConfig(file: string): Promise<ConfigFile> {
  try {
    const text = (await readRegularFile(file, LARGEST_SETTINGS)).toString("utf8");
    // As in docker, an empty file and null count as unset.
    const value: unknown = text.trim() === "" ? {} : (JSON.parse(text) ?? {});
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    throw new TypeError("it is not a JSON object");
  } catch (cause) {
    throw new ImageSpecError("E_INPUT_FILE", `registryConfig ${file} cannot be read: ${reasonOf(cause)}`, {
      cause,
      hint: "Give the path of a docker config.json.",
    });
  }
}

// The parser's own message quotes the file, which holds credentials.
function reasonOf(error: unknown): string {
  return error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
}
