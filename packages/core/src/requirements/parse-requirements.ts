import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";
import { hashBreach } from "../package-rules/hash-rule.ts";
import { installerOptionBreach, variableBreach } from "../package-rules/installer-arguments.ts";
import { pythonPackageBreach } from "../package-rules/package-rules.ts";
import { credentialBreach, lengthBreach } from "../spec/text-rules.ts";
import { type LogicalLine, logicalLines } from "./logical-lines.ts";

/** What one requirements file says, apart from the requirements themselves, which the installer reads. */
export interface RequirementsFile {
  /** `-r` and `-c` files, as written. */
  nested: { line: number; path: string; constrains: boolean }[];
  /** Where hashes stand. */
  hashed: number[];
  /** Where options stand, apart from those that name files. */
  options: number[];
  /** What stands in the way of installing it anywhere. */
  breaches: (Problem & { line: number })[];
  /** Arguments for uv that options of the file stand for. */
  extraArgs: string[];
  /** Whether pip is among the packages. */
  hasPip: boolean;
}

/** Options uv does not honour in a file, and what it takes on its command line instead. */
const AS_ARGUMENT: ReadonlyMap<string, string> = new Map([
  ["--pre", "--prerelease=allow"],
  ["--require-hashes", "--require-hashes"],
]);
const FILES = new Set(["-r", "--requirement", "-c", "--constraint"]);
/** Options with a value, which are read by the rules of `pipExtraArgs`. */
const VALUED = new Set([
  "-i",
  "--index-url",
  "--extra-index-url",
  "-f",
  "--find-links",
  "--no-binary",
  "--only-binary",
]);
const FLAGS = new Set(["--no-index", "--prefer-binary"]);

/** Of a long option or a short one, and what follows. */
const OPTION = /^(--[A-Za-z-]+|-[A-Za-z])(=\s*|\s+|)(.*)$/s;

/**
 * Reads a requirements file the way uv does, which is stricter than pip
 * (https://pip.pypa.io/en/stable/reference/requirements-file-format/): lines joined at a backslash, comments, one
 * option or requirement a line. What uv and pip would read differently is a breach. Pure.
 */
export function parseRequirements(text: string): RequirementsFile {
  const result: RequirementsFile = { nested: [], hashed: [], options: [], breaches: [], extraArgs: [], hasPip: false };
  for (const logical of logicalLines(text)) {
    const { line, content } = logical;
    const fault = credentialBreach(content) ?? variableBreach(content) ?? lineBreach(logical, result);
    if (fault) result.breaches.push({ ...withoutText(fault, content), line });
  }
  return result;
}

function lineBreach({ content, line, isJoined }: LogicalLine, result: RequirementsFile): Problem | undefined {
  if (content.startsWith("-")) {
    if (!isJoined) return readOption(content, line, result);
    const message = "an option goes on in the next line, where installers do not look for it";
    return { code: "option", message, hint: "Write it in one line." };
  }
  // Tabs separate as spaces do, in a file alone: in a list of packages one is a slip.
  const { requirement, hashes } = splitHashes(content.replaceAll("\t", " "));
  if (/\s--[a-z]/.test(requirement)) {
    const message = "an option other than --hash follows the requirement, where uv reads no other";
    return { code: "option", message, hint: "Use uv's option for it in pipExtraArgs." };
  }
  const tooLong = lengthBreach(requirement);
  if (tooLong) return tooLong;
  result.hasPip ||= /^pip(?![\w.-])|^https?:\/\/\S*\/pip-\d/i.test(requirement);
  const breach = pythonPackageBreach(requirement);
  if (breach) return withoutText(breach, requirement);
  if (hashes.length > 0) result.hashed.push(line);
  return hashes.map(hashBreach).find((one) => one !== undefined) ?? unpinnedBreach(requirement, hashes);
}

/** A name, perhaps with extras, and the one version it may have; or an address. */
const PINNED = /^[\w.-]+\s*(?:\[[^\]]*\]\s*)?(?:\(\s*)?={2,3}\s*[^\s,*;()]+\s*\)?\s*(?:;|$)|:\/\//;

/** uv passes over the hash of whatever may have several versions. */
function unpinnedBreach(requirement: string, hashes: readonly string[]): Problem | undefined {
  if (hashes.length === 0 || PINNED.test(requirement.trim())) return undefined;
  return {
    code: "hash",
    message: "a hash stands behind a requirement that does not name one version, and is not checked by every installer",
    hint: "Name the version with ==, or take the hash out.",
  };
}

function readOption(content: string, line: number, result: RequirementsFile): Problem | undefined {
  const [, name = content, separator = "", rest = ""] = OPTION.exec(content) ?? [];
  const value = unquoted(rest);
  if (/^(?:-e|--editable)$/.test(name)) return pythonPackageBreach(content);
  if (/\s-{1,2}[A-Za-z]/.test(rest.replace(/^(["']).*?\1/, ""))) {
    const message = `'${name}' is followed by another option on its line, which installers read differently`;
    return { code: "two_options", message, hint: "Write each option on its own line." };
  }
  if (FILES.has(name) || VALUED.has(name)) {
    if (separator === "" && value !== "") {
      const hint = `Write '${name} ${value}'.`;
      return { code: "option_value", message: `there must be a space after '${name}'`, hint };
    }
    if (VALUED.has(name)) {
      const breach = installerOptionBreach({ name, value });
      if (!breach) result.options.push(line);
      // Builders that only take wheels need to know.
      if (!breach && name === "--no-binary") result.extraArgs.push(`--no-binary=${value}`);
      return breach;
    }
    return readNested({ name, path: value, written: rest }, line, result);
  }
  const argument = AS_ARGUMENT.get(name);
  if (argument === undefined && !FLAGS.has(name)) return unknownOption(name);
  if (rest !== "") return { code: "option_value", message: `the option '${name}' takes no value`, hint: "Drop it." };
  result.options.push(line);
  if (argument !== undefined) result.extraArgs.push(argument);
  return undefined;
}

function readNested(
  { name, path, written }: { name: string; path: string; written: string },
  line: number,
  result: RequirementsFile,
): Problem | undefined {
  if (path === "") return { code: "option_value", message: `'${name}' names no file`, hint: "Name one after it." };
  if (path.includes("://")) {
    const message = `'${name} ${path}' names a file on the network, which may differ at each build`;
    return { code: "remote_file", message, hint: "Download it next to this file and name the copy." };
  }
  if (/["'#\\]/.test(path)) {
    const message = `the file name behind '${name}' holds a quote, '#' or backslash, which installers read differently`;
    return { code: "option_value", message, hint: "Give the file another name." };
  }
  if (path === written && /\s/.test(path)) {
    const message = `the file name '${path}' behind '${name}' holds a space`;
    return { code: "option_value", message, hint: `Write it in quotes: ${name} "${path}".` };
  }
  result.nested.push({ line, path, constrains: /^(?:-c|--constraint)$/.test(name) });
  return undefined;
}

function unknownOption(name: string): Problem {
  const message = `the option '${name}' has no effect on an image`;
  return { code: "option", message, hint: "Drop it, or use uv's option for it in pipExtraArgs." };
}

/** A requirement, and the values of the `--hash` options behind it. */
function splitHashes(content: string): { requirement: string; hashes: string[] } {
  const at = content.search(/\s--hash(?:[\s=]|$)/);
  if (at === -1) return { requirement: content, hashes: [] };
  const options = content
    .slice(at)
    .trim()
    .split(/\s+(?=--)/);
  const hashes = options.map((option) => /^--hash(?:=|\s+)(\S+)$/.exec(option)?.[1] ?? option);
  return { requirement: content.slice(0, at), hashes };
}

/** A breach that does not quote the line: if the wrong file was named, its lines may be secret. */
function withoutText(breach: Problem, text: string): Problem {
  const quoted = `'${redact(text)}'`;
  const message = breach.message.replaceAll(`the option ${quoted}`, "the line's option");
  return { ...breach, message: message.replaceAll(quoted, "the line") };
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/s, "$2");
}
