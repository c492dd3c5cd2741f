import { readFile } from "node:fs/promises";
import { ImageSpecError, type PackagesStep } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import type { IndexLogin } from "../cache/downloader.ts";

/** What one secret file is for uv, by the name it is mounted under. */
type SecretKind = "netrc" | "uv-toml" | "pip-conf" | "gitconfig";

const KINDS: Record<string, SecretKind> = {
  ".netrc": "netrc",
  _netrc: "netrc",
  netrc: "netrc",
  "uv.toml": "uv-toml",
  "pip.conf": "pip-conf",
  "pip.ini": "pip-conf",
  ".gitconfig": "gitconfig",
  gitconfig: "gitconfig",
};

/** Undefined when uv on the host has no way to be told of a file at that place. */
export function secretKind(target: string): SecretKind | undefined {
  return KINDS[target.slice(target.lastIndexOf("/") + 1)];
}

export interface SecretSettings {
  /** For uv's environment. A secret stands in it only where uv has no other way. */
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
    const kind = secretKind(target);
    if (path === undefined || kind === undefined) continue;
    const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      throw new ImageSpecError("E_INPUT_FILE", `The secret file for ${target} cannot be read: ${cause.code}`, {
        hint: "Correct the first part of its pair in pipSecretMounts.",
      });
    });
    if (kind === "netrc") {
      settings.env.NETRC = path;
      settings.logins.push(...parseNetrc(text));
    } else if (kind === "gitconfig") settings.env.GIT_CONFIG_GLOBAL = path;
    else if (kind === "uv-toml") {
      settings.env.UV_CONFIG_FILE = path;
      settings.logins.push(...loginsInUrls(tomlTexts(text, target)));
    } else {
      const { index, extra } = parsePipConf(text);
      if (index !== undefined) settings.env.UV_DEFAULT_INDEX = index;
      if (extra.length > 0) settings.env.UV_INDEX = extra.join(" ");
      settings.logins.push(...loginsInUrls([...(index === undefined ? [] : [index]), ...extra]));
    }
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

/** index-url and extra-index-url of the sections pip reads for an installation. */
function parsePipConf(text: string): { index: string | undefined; extra: string[] } {
  let section = "";
  let key = "";
  const values: Record<string, string[]> = {};
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line) || line.trim() === "") continue;
    const header = /^\[(.+)\]\s*$/.exec(line);
    const pair = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line);
    if (header) section = (header[1] as string).trim();
    else if (section !== "global" && section !== "install") continue;
    else if (/^\s/.test(line)) values[key]?.push(line.trim());
    else if (pair) {
      key = (pair[1] as string).replaceAll("_", "-");
      values[key] = (pair[2] as string).split(/\s+/).filter((value) => value !== "");
    }
  }
  return { index: values["index-url"]?.[0], extra: values["extra-index-url"] ?? [] };
}

function tomlTexts(text: string, target: string): string[] {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    // The parser's own message quotes the line, which may be the secret.
    throw new ImageSpecError("E_INPUT_FILE", `The secret file for ${target} is not TOML`, {
      hint: "Correct the file.",
    });
  }
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") found.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(parsed);
  return found;
}

/** A percent sign that escapes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function loginsInUrls(texts: readonly string[]): IndexLogin[] {
  return texts.flatMap((text) => {
    if (!/^https?:\/\/[^/]*@/.test(text) || !URL.canParse(text)) return [];
    const url = new URL(text);
    const [username, password] = [decoded(url.username), decoded(url.password)];
    return [{ host: url.hostname, origin: url.origin, username, password }];
  });
}
