import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";
import { splitArguments } from "./split-arguments.ts";
import { torchBackendBreach } from "./torch-backend.ts";

/** Looks at the value of an option: what to write instead, or undefined when the value is fine. */
type ValueRule = (value: string) => string | undefined;

const PACKAGE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

const oneOf =
  (...values: string[]): ValueRule =>
  (value) =>
    values.includes(value) ? undefined : `Use one of ${values.join(", ")}.`;
const matching =
  (pattern: RegExp, hint: string): ValueRule =>
  (value) =>
    pattern.test(value) ? undefined : hint;

// An address whose scheme holds capitals is a path on the installing machine to uv.
const url = matching(/^https?:\/\/[^\s/]+\S*$/, "Name an http or https URL, its scheme in lower case.");
// uv splits the value of this option alone at commas, and what follows one may be a folder.
const linksUrl = matching(
  /^https?:\/\/[^\s/,]+[^\s,]*$/,
  "Name one https URL without a comma, its scheme in lower case; write the option once for each.",
);
const namedUrl = matching(
  /^(?:[\w-]+=)?https?:\/\/[^\s/]+\S*$/,
  "Name an http or https URL, its scheme in lower case.",
);
const packageName = matching(PACKAGE, "Name one package; write the option once for each.");
const packageOrAll: ValueRule = (value) =>
  value === ":all:" || value === ":none:" ? undefined : packageName(value) && "Name one package, or :all:.";
const prerelease = oneOf("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit");
const moment: ValueRule = (value) =>
  (DATE.test(value) || TIMESTAMP.test(value)) && isDay(value.slice(0, 10))
    ? undefined
    : "Write it like 2024-01-31 or 2024-01-31T00:00:00Z.";
const ofPackage =
  (rule: ValueRule): ValueRule =>
  (value) => {
    const at = value.indexOf("=");
    return PACKAGE.test(value.slice(0, Math.max(at, 0))) ? rule(value.slice(at + 1)) : "Write it as NAME=VALUE.";
  };
const torch: ValueRule = (value) => torchBackendBreach(value)?.hint;

/**
 * The options of `uv pip install` that mean the same on every machine and to every builder: what selects versions and
 * indexes, and nothing that names a file, a program, another environment or the host's trust. Null: takes no value.
 */
const OPTIONS: ReadonlyMap<string, ValueRule | null> = new Map<string, ValueRule | null>([
  ["--no-deps", null],
  ["--require-hashes", null],
  ["--pre", null],
  ["--prerelease", prerelease],
  ["--prerelease-package", ofPackage(prerelease)],
  ["--resolution", oneOf("highest", "lowest", "lowest-direct")],
  ["--exclude-newer", moment],
  ["--exclude-newer-package", ofPackage((value) => (value === "false" ? undefined : moment(value)))],
  ["--index-strategy", oneOf("first-index", "unsafe-first-match", "unsafe-best-match")],
  ["--index", namedUrl],
  ["--default-index", namedUrl],
  ["--index-url", url],
  ["-i", url],
  ["--extra-index-url", url],
  ["--find-links", linksUrl],
  ["-f", linksUrl],
  ["--no-index", null],
  ["--torch-backend", torch],
  ["--no-binary", packageOrAll],
  ["--only-binary", packageOrAll],
  ["--no-build", null],
  ["--no-sources", null],
  ["--no-sources-package", packageName],
  ["--upgrade", null],
  ["-U", null],
  ["--upgrade-package", packageName],
  ["-P", packageName],
  ["--no-cache", null],
  ["--no-cache-dir", null],
]);

/**
 * Options that uv takes several times; any other one is an error of its when it stands there again, under either name.
 */
const REPEATABLE: ReadonlySet<string> = new Set([
  ...["--prerelease-package", "--exclude-newer-package", "--index", "--extra-index-url", "--find-links", "-f"],
  ...["--no-binary", "--only-binary", "--no-sources-package", "--upgrade-package", "-P"],
]);
const LONG: ReadonlyMap<string, string> = new Map([
  ["-i", "--index-url"],
  ["-U", "--upgrade"],
  ["--no-cache-dir", "--no-cache"],
]);

/** What to use instead of options that are refused although they have good uses. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ...["-r", "--requirement", "--requirements"].map((name) => [name, "Name the file by requirements."] as const),
  ...["-c", "--constraint", "--constraints"].map(
    (name) => [name, "Write '-c FILE' into a requirements.txt and name that by requirements."] as const,
  ),
  ...["-e", "--editable"].map((name) => [name, "Ship the sources with sourceRoot or copy."] as const),
  ...["--extra", "--all-extras"].map(
    (name) => [name, "Write extras behind the name of a package, such as 'pkg[extra]'."] as const,
  ),
  ...["--group", "--all-groups"].map((name) => [name, "List the packages of the group."] as const),
  ...["-p", "--python", "--python-version"].map(
    (name) => [name, "Choose the interpreter by pythonVersion or pythonExec."] as const,
  ),
  ["--python-platform", "Choose platforms by platform."],
  ["--keyring-provider", "Give logins in a .netrc file by pipSecretMounts."],
  ...["--trusted-host", "--allow-insecure-host", "--cert", "--system-certs", "--native-tls"].map(
    (name) => [name, "Trust the server's certificate by SSL_CERT_FILE on the host."] as const,
  ),
]);

/** One option with its value; `value` is undefined where the text has none. */
export interface InstallerOption {
  name: string;
  value: string | undefined;
}

/** Why one option for the installer is refused: it is not in the closed list, or its value is wrong. Pure. */
export function installerOptionBreach({ name, value }: InstallerOption): Problem | undefined {
  const rule = OPTIONS.get(name);
  if (rule === undefined) {
    return {
      code: "option",
      message: `the option '${redact(name)}' is not one that means the same on every machine and in every builder`,
      hint:
        INSTEAD.get(name) ??
        INSTEAD.get(name.slice(0, 2)) ??
        `Drop it, or use one of ${[...OPTIONS.keys()].join(" ")}.`,
    };
  }
  if (rule === null) {
    if (value === undefined) return undefined;
    return { code: "option_value", message: `the option '${name}' takes no value`, hint: "Drop the value." };
  }
  if (value === undefined || value === "" || value.startsWith("-")) {
    return { code: "option_value", message: `the option '${name}' has no value`, hint: "Write a value after it." };
  }
  const hint = rule(value);
  if (hint === undefined) return variableBreach(value);
  const isPlace = rule === url || rule === namedUrl || rule === linksUrl;
  return {
    code: isPlace ? "local_path" : "option_value",
    message: `the option '${name}' cannot be '${redact(value)}'${isPlace ? ", which is not a single http or https URL" : ""}`,
    hint,
  };
}

/** uv replaces `${NAME}` by a variable of the machine it runs on, which no tag knows. */
export function variableBreach(text: string): Problem | undefined {
  const [variable] = /\$\{\w+\}/.exec(text) ?? [];
  if (variable === undefined) return undefined;
  const message = `'${variable}' would read a variable of the installing machine, which differs between machines`;
  const hint = "Write out its value; put a credential into a file of pipSecretMounts.";
  return { code: "variable", message, hint };
}

/** The rule for `pipExtraArgs`: quotes are closed, and every argument is an option of the closed list. */
export function extraArgumentsBreach(text: string): Problem | undefined {
  const parts = splitArguments(text);
  if (parts === undefined) return { code: "quote", message: "a quote is left open", hint: "Close it." };
  if (parts.length === 0) return { code: "empty", message: "it is empty", hint: "Leave it out instead." };
  const { options, positional } = readOptions(parts);
  const seen = new Set<string>();
  for (const option of options) {
    const breach = installerOptionBreach(option);
    if (breach) return breach;
    const name = LONG.get(option.name) ?? option.name;
    if (seen.has(name) && !REPEATABLE.has(name))
      return { code: "option_twice", message: `the option '${name}' stands there twice`, hint: "Keep one of the two." };
    seen.add(name);
  }
  if (positional === undefined) return undefined;
  const message = `'${redact(positional)}' is not an option`;
  return { code: "positional", message, hint: "Name packages in `packages`, and files in `requirements`." };
}

/**
 * The arguments that a text of `pipExtraArgs` stands for. A day of `--exclude-newer`, which uv would take in the time
 * zone of the machine, becomes the moment it ends in UTC. Pure.
 */
export function installerArguments(text: string): string[] {
  const parts = splitArguments(text) ?? [];
  return parts.map((part, index) => {
    const [, before = "", day = ""] =
      /^(--exclude-newer=|--exclude-newer-package=[^=]+=)(.*)$/.exec(part) ??
      (parts[index - 1] === "--exclude-newer" ? ["", "", part] : undefined) ??
      (parts[index - 1] === "--exclude-newer-package" ? /^([^=]+=)(.*)$/.exec(part) : undefined) ??
      [];
    return DATE.test(day) ? `${before}${endOfDay(day)}` : part;
  });
}

/** Whether a day is in the calendar: JavaScript takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const start = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day);
}

function endOfDay(day: string): string {
  if (!isDay(day)) return day;
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().replace(".000Z", "Z");
}

/** Arguments as options with their values, `-iURL` and `--name=value` included. */
function readOptions(parts: readonly string[]): { options: InstallerOption[]; positional?: string } {
  const options: InstallerOption[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string;
    if (!part.startsWith("-") || part === "-" || part === "--") return { options, positional: part };
    const [, long, attached] = /^(--[^=]+)(?:=(.*))?$/s.exec(part) ?? [];
    // A short option takes what is glued to it as its value; `-Uv` is not in the list.
    const short = OPTIONS.get(part.slice(0, 2)) ? part.slice(0, 2) : part;
    const name = long ?? short;
    let value = long === undefined && part.length > short.length ? part.slice(short.length) : attached;
    if (value === undefined && OPTIONS.get(name)) value = parts[++index];
    options.push({ name, value });
  }
  return { options };
}
