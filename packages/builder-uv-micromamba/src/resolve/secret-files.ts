import { readFile } from "node:fs/promises";
import { ImageSpecError, type PackagesStep, secretVariable } from "@imagespec/core/builder";
import type { IndexLogin } from "../cache/downloader.ts";

export interface SecretSettings {
  /** For uv's environment: where the files are. */
  env: Record<string, string>;
  logins: IndexLogin[];
  /** What must not be printed. */
  hidden: string[];
}

/** How the secret mounts of a packages step reach uv and the download of wheels. Throws E_INPUT_FILE naming a mount, never its content. */
export async function secretSettings(step: PackagesStep, secrets: Record<string, string>): Promise<SecretSettings> {
  const settings: SecretSettings = { env: {}, logins: [], hidden: [] };
  for (const { id, target } of step.secrets) {
    const path = secrets[id];
    const variable = secretVariable(target);
    if (path === undefined || variable === undefined) continue;
    const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      throw new ImageSpecError("E_INPUT_FILE", `The secret file for ${target} cannot be read: ${cause.code}`, {
        hint: "Correct the first part of its pair in pipSecretMounts.",
      });
    });
    settings.env[variable] = path;
    if (variable === "NETRC") settings.logins.push(...parseNetrc(text));
  }
  for (const { username, password } of settings.logins) {
    // A token often stands alone, as the user name.
    const secret = password === "" ? username : password;
    settings.hidden.push(secret, encodeURIComponent(secret));
  }
  return settings;
}

/** Logins of a netrc file; `default` has the host "*". */
export function parseNetrc(text: string): IndexLogin[] {
  const words = text
    .replace(/(^|\s)#.*$/gm, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const logins: IndexLogin[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const last = logins.at(-1);
    if (word === "machine") logins.push({ host: (words[++at] ?? "").toLowerCase(), username: "", password: "" });
    else if (word === "default") logins.push({ host: "*", username: "", password: "" });
    else if (word === "login" && last) last.username = words[++at] ?? "";
    else if (word === "password" && last) last.password = words[++at] ?? "";
    else if (word === "account") at++;
  }
  return logins.filter((login) => login.password !== "" || login.username !== "");
}
