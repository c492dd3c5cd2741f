import { readFile } from "node:fs/promises";
import { type PackagesStep, parseNetrc, secretFile, secretTexts, secretVariable } from "@imagespec/core/builder";
import type { IndexLogin } from "../cache/downloader.ts";

export interface SecretSettings {
  /** Variables for uv, which say where the files are. */
  env: Record<string, string>;
  logins: IndexLogin[];
  /** Texts that must not be printed. */
  redact: string[];
}

/**
 * How the secret mounts of a packages step reach uv and the download of wheels.
 *
 * @throws ImageSpecError E_INPUT_FILE naming a file, never its content.
 */
export async function secretSettings(step: PackagesStep, secrets: Record<string, string>): Promise<SecretSettings> {
  const settings: SecretSettings = { env: {}, logins: [], redact: await secretTexts(Object.values(secrets)) };
  for (const { id, target } of step.secrets) {
    const path = secretFile(secrets, id);
    const variable = secretVariable(target);
    if (variable === undefined) continue;
    settings.env[variable] = path;
    if (variable === "NETRC") settings.logins.push(...parseNetrc(await readFile(path, "utf8")));
  }
  return settings;
}
