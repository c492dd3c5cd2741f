import { pythonPackageBreach } from "../spec/package-rules.ts";
import type { Breach } from "../spec/rule.ts";
import { credentialBreach } from "../spec/text-rules.ts";

/** What one requirements file says, apart from the requirements themselves, which the installer reads. */
export interface RequirementsFile {
  /** `-r` and `-c` files, as written. */
  nested: { line: number; path: string }[];
  /** What stands in the way of installing it anywhere. */
  breaches: (Breach & { line: number })[];
  /** Arguments for uv in place of options that it ignores in a file. */
  extraArgs: string[];
}

/** Options uv does not honour in a file, and what it takes on its command line instead. */
const AS_ARGUMENT: Readonly<Record<string, string>> = {
  "--pre": "--prerelease=allow",
  "--require-hashes": "--require-hashes",
};
const WITH_URL = new Set(["-i", "--index-url", "--extra-index-url", "-f", "--find-links"]);
const HARMLESS = new Set(["--no-index", "--prefer-binary", "--no-binary", "--only-binary"]);

const OPTION = /^(--[a-z-]+|-[a-z])(?:\s*=\s*|\s+)?(.*)$/;

/**
 * Reads a requirements file as pip does (https://pip.pypa.io/en/stable/reference/requirements-file-format/): lines
 * joined at a backslash, comments, options, one requirement a line. Pure.
 */
export function parseRequirements(text: string): RequirementsFile {
  const result: RequirementsFile = { nested: [], breaches: [], extraArgs: [] };
  for (const { line, content } of logicalLines(text)) {
    const breach = (fault: Breach) => result.breaches.push({ ...fault, line });
    const credential = credentialBreach(content);
    if (credential) breach(credential);
    else if (content.startsWith("-")) readOption(content, line, result, breach);
    else {
      const fault = pythonPackageBreach(withoutHashes(content));
      if (fault) breach(fault);
    }
  }
  return result;
}

/** Lines after joining and without comments, each with the number of its first line. */
function logicalLines(text: string): { line: number; content: string }[] {
  const result: { line: number; content: string }[] = [];
  let joined = "";
  let start = 0;
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const isComment = /^\s*#/.test(raw);
    if (joined === "") start = index + 1;
    // A comment ends what a backslash above it began.
    if (raw.endsWith("\\") && !isComment) {
      joined += raw.slice(0, -1);
      continue;
    }
    const content = (isComment ? joined : joined + raw).replace(/(^|\s)#.*$/, "").trim();
    joined = "";
    if (content !== "") result.push({ line: start, content });
  }
  if (joined.trim() !== "") result.push({ line: start, content: joined.trim() });
  return result;
}

function readOption(content: string, line: number, result: RequirementsFile, breach: (fault: Breach) => void): void {
  const [, name = "", value = ""] = OPTION.exec(content) ?? [];
  const argument = AS_ARGUMENT[name];
  if (["-r", "--requirement", "-c", "--constraint"].includes(name)) {
    if (!value.includes("://")) result.nested.push({ line, path: unquoted(value) });
    else {
      breach({
        code: "remote_file",
        message: `'${content}' names a file on the network, which may say something else at each build`,
        hint: "Download it beside this file and name that.",
      });
    }
  } else if (argument !== undefined) result.extraArgs.push(argument);
  else if (WITH_URL.has(name)) {
    if (/^https?:\/\//i.test(unquoted(value))) return;
    breach({ code: "local_path", message: `'${content}' names a place on this machine`, hint: "Name an https URL." });
  } else if (!HARMLESS.has(name)) {
    const fault = pythonPackageBreach(content);
    breach(fault?.code === "editable" ? fault : unknownOption(name || content));
  }
}

function unknownOption(name: string): Breach {
  return {
    code: "option",
    message: `the option '${name}' has no effect on an image`,
    hint: "Drop it, or give what uv has for it in pipExtraArgs.",
  };
}

/** A requirement without the `--hash` options behind it. */
function withoutHashes(content: string): string {
  return content.replace(/\s+--hash[=\s]\s*[a-z0-9]+:[0-9A-Fa-f]+/g, "").trim();
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}
