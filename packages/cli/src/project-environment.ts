import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { configEnvironment, type ProjectSettings, projectSettings } from "@imagespec/core/internal";
import type { CommandLine } from "./command-line/command-line.ts";

/**
 * Reads the project's config and sets what it and the command line say of mirrors, insecure registries and the cache in
 * the process's own environment, which is where builders and the tools that they start look.
 *
 * @throws ImageSpecError E_INPUT_FILE for an invalid config.
 */
export async function setProjectEnvironment(line: CommandLine, env: NodeJS.ProcessEnv): Promise<ProjectSettings> {
  const { file, insecureRegistries: hosts } = line;
  const specFolder = file !== undefined && file !== "-" && existsSync(file) ? [dirname(resolve(file))] : [];
  const settings = await projectSettings([process.cwd(), ...specFolder]);
  if (hosts.length > 0) {
    env.IMAGESPEC_INSECURE_REGISTRIES = [env.IMAGESPEC_INSECURE_REGISTRIES, ...hosts].filter(Boolean).join(",");
  }
  if (settings.file !== undefined) Object.assign(env, configEnvironment(settings.config, settings.file, env));
  return settings;
}
