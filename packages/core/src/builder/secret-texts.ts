import { readFile } from "node:fs/promises";
import { ImageSpecError } from "@imagespec/registry/terms";
import { parseNetrc } from "./netrc.ts";

/** A text that only may be secret is hidden from this length on; hiding shorter ones would make logs unreadable. */
const SHORTEST = 6;

/**
 * The texts to hide in logs and errors because they stand in secret files, longest first: whole lines, the values in
 * them (netrc, ini files, plain tokens), and the user information of URLs; also, however short, passwords of a netrc or
 * URL and a file of one word. The hosts of a netrc and of URLs are not secrets: without them a log would not say which
 * server it is about.
 *
 * @throws ImageSpecError E_INPUT_FILE when a file cannot be read.
 */
export async function secretTexts(files: readonly string[]): Promise<string[]> {
  const known = new Set<string>();
  const likely = new Set<string>();
  for (const file of files) {
    const content = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new ImageSpecError("E_INPUT_FILE", `The secret file ${file} cannot be read`, {
        cause,
        hint: "Correct the path in pipSecretMounts, or the file's permissions.",
      });
    });
    const lines = content.split(/\r?\n/).map((line) => line.trim());
    const values = isNetrc(content) ? netrcValues(content) : lines.flatMap(lineValues);
    for (const text of [...lines.filter((line) => !PUBLIC_LINE.test(line)), ...values]) likely.add(text);
    for (const password of lines.flatMap(urlPasswords)) known.add(password);
    if (/^\S+$/.test(content.trim())) known.add(content.trim());
    // Also of a file that only looks like something else: what it holds is read by a tool that knows its name.
    for (const { username, password } of parseNetrc(content)) {
      // A token often stands alone, as the user name.
      const secret = password === "" ? username : password;
      known.add(secret).add(encodeURIComponent(secret));
    }
  }
  const secrets = [...new Set([...known, ...[...likely].filter((text) => text.length >= SHORTEST)])];
  // Longest first: a line goes before the words in it.
  return secrets.sort((a, b) => b.length - a.length);
}

/** Lines that only name a place: a section of an ini file, a machine of a netrc. */
const PUBLIC_LINE = /^(?:\[[\w -]+\]|machine\s+\S+|default)$/i;
/** Words of a netrc that a value follows. */
const NETRC_VALUES = new Set(["login", "account", "password"]);
/** Keys of pip's and uv's files whose values are addresses, not credentials. */
const PUBLIC_KEYS = new Set(["index-url", "extra-index-url", "find-links", "trusted-host", "cert", "client-cert"]);

function isNetrc(content: string): boolean {
  return /^\s*(?:machine\s+\S+|default)\s+(?:login|account|password)\s/im.test(content);
}

/** The values of a netrc's `login`, `account` and `password`. */
function netrcValues(content: string): string[] {
  const words = content.split(/\s+/);
  return words.flatMap((word, index) => {
    const value = words[index + 1];
    if (!NETRC_VALUES.has(word.toLowerCase()) || value === undefined) return [];
    const quoted = /^"(.*)"$/.exec(value)?.[1];
    return quoted === undefined ? [value] : [value, quoted];
  });
}

/** What may be secret in a line of another file: its words, or of a URL its user information. */
function lineValues(line: string): string[] {
  const [, key = "", value = line] = /^([\w.-]+)\s*[=:](?!\/\/)\s*(.*)$/.exec(line) ?? [];
  if (key === "" && /^\[[\w -]+\]$/.test(line)) return [];
  return value.split(/\s+/).flatMap((word) => {
    const user = /^[a-z][a-z0-9+.-]*:\/\/(?:([^/?#]*)@)?/i.exec(word);
    if (user !== null) return userInformation(user[1] ?? "");
    if (PUBLIC_KEYS.has(key)) return [];
    return [word, word.replaceAll(/^["']|["',;]+$/g, ""), ...word.split(/[:@=]/)];
  });
}

/** The passwords of the URLs in a line, as they stand there and decoded. */
function urlPasswords(line: string): string[] {
  const found = Array.from(line.matchAll(/:\/\/[^\s/?#:@]*:([^\s/?#]+)@/g), ([, password = ""]) => password);
  return [...found, ...found.map(decoded)];
}

/** User and password of a URL, as they stand there and decoded. */
function userInformation(text: string): string[] {
  const parts = [text, ...text.split(":")];
  return [...parts, ...parts.map(decoded)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
