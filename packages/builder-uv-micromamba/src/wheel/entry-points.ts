import { ImageSpecError } from "@imagespec/core/builder";

// What uv accepts as the name of a module, or of a function in it: words of Python, dots and hyphens.
const DOTTED = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}.-]+";
// What uv takes for blank. String.trim also removes a byte order mark, which is part of a name here.
const BLANK = "\\p{White_Space}";
const OBJECT = new RegExp(`^(${DOTTED})${BLANK}*:${BLANK}*(${DOTTED})${BLANK}*(?:\\[[^\\]]+\\])?$`, "u");
const BLANKS = new RegExp(`^${BLANK}+|${BLANK}+$`, "gu");
const INDENTED = new RegExp(`^${BLANK}`, "u");

export interface EntryPoint {
  name: string;
  module: string;
  attribute: string;
}

/**
 * The scripts that entry_points.txt asks for (PyPA entry points specification), read as uv reads it.
 *
 * @throws ImageSpecError E_RESOLVE for an illegal one, E_UNSUPPORTED for options that are meant for every section.
 */
export function scriptEntryPoints(text: string, subject: string): EntryPoint[] {
  const scripts: EntryPoint[] = [];
  const wrong = (why: string) => new ImageSpecError("E_RESOLVE", `${subject} has an entry_points.txt that ${why}`);
  const sections = new Map<string, Set<string>>();
  let section = "";
  let options: Set<string> | undefined;
  /** Whether an indented line would continue the value above. */
  let goesOn = false;
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r\n|[\r\n]/)) {
    const line = trimmed(raw);
    if (line === "") goesOn = false;
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    if (goesOn && INDENTED.test(raw)) {
      if (isScripts(section)) throw wrong(`has a value of several lines: ${line}`);
      continue;
    }
    if (line.startsWith("[")) {
      const name = /^\[([^\]]+)\]/.exec(line)?.[1];
      if (name === undefined) throw wrong(`has a section without a name in brackets: ${line}`);
      if (sections.has(name)) throw wrong(`has the section [${name}] twice`);
      section = name;
      options = new Set();
      sections.set(name, options);
      goesOn = false;
      continue;
    }
    if (options === undefined) throw wrong(`begins without a section: ${line}`);
    const equals = line.indexOf("=");
    const name = trimmed(line.slice(0, equals));
    if (equals < 1) throw wrong(`has neither an option nor a section in a line: ${line}`);
    if (options.has(name)) throw wrong(`has ${name} twice in [${section}]`);
    options.add(name);
    goesOn = true;
    if (!isScripts(section)) continue;
    const match = OBJECT.exec(trimmed(line.slice(equals + 1)));
    if (name.includes("/") || name === ".." || name === "." || match === null)
      throw new ImageSpecError("E_RESOLVE", `${subject} has an entry point that names no function: ${line}`);
    scripts.push({ name, module: match[1] as string, attribute: match[2] as string });
  }
  // Readers of such files disagree on whether options in [DEFAULT] are scripts, too.
  if ((sections.get("DEFAULT")?.size ?? 0) > 0 && [...sections.keys()].some(isScripts))
    throw new ImageSpecError("E_UNSUPPORTED", `${subject} has entry points in [DEFAULT]`, {
      hint: "Build with docker-buildx or kaniko, or use another version of the package.",
    });
  return scripts;
}

function trimmed(text: string): string {
  return text.replace(BLANKS, "");
}

function isScripts(section: string): boolean {
  return section === "console_scripts" || section === "gui_scripts";
}

/** The text of a console script, as uv writes it in Dockerfile builds. */
export function consoleScript(python: string, point: EntryPoint): string {
  const first = point.attribute.split(".")[0] as string;
  return `${shebang(python)}# -*- coding: utf-8 -*-
import sys
from ${point.module} import ${first}
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(${point.attribute}())
`;
}

/** A first line that starts this interpreter; Linux takes at most 127 bytes, so a longer one goes through /bin/sh. */
export function shebang(python: string): string {
  if (Buffer.byteLength(python) <= 124 && !python.includes(" ")) return `#!${python}\n`;
  return `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n`;
}
