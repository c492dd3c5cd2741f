import { ImageSpecError } from "@imagespec/core/builder";

// Identifiers of Python (lexical analysis), which need not be ASCII, joined by dots.
const DOTTED = "[\\p{XID_Start}_][\\p{XID_Continue}.]*";
const OBJECT = new RegExp(`^(${DOTTED})\\s*:\\s*(${DOTTED})\\s*(?:\\[.*\\])?$`, "u");

export interface EntryPoint {
  name: string;
  module: string;
  attribute: string;
}

/**
 * The scripts that entry_points.txt asks for (PyPA entry points specification).
 *
 * @throws ImageSpecError E_RESOLVE for an illegal one.
 */
export function scriptEntryPoints(text: string, subject: string): EntryPoint[] {
  const scripts: EntryPoint[] = [];
  const wrong = (why: string) => new ImageSpecError("E_RESOLVE", `${subject} has an entry_points.txt that ${why}`);
  let group: string | undefined;
  const groups = new Set<string>();
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    if (line.startsWith("[")) {
      if (!line.endsWith("]")) throw wrong(`leaves a bracket open: ${line}`);
      group = line.slice(1, -1).trim();
      if (groups.has(group)) throw wrong(`has the section ${line} twice`);
      groups.add(group);
      continue;
    }
    if (group === undefined) throw wrong(`begins without a section: ${line}`);
    if (group !== "console_scripts" && group !== "gui_scripts") continue;
    // It would go on with the value above.
    if (/^\s/.test(raw)) throw wrong(`has a value of several lines: ${line}`);
    const equals = line.indexOf("=");
    const name = line.slice(0, equals).trim();
    const match = OBJECT.exec(line.slice(equals + 1).trim());
    if (equals < 1 || name.includes("/") || name === ".." || name === "." || match === null)
      throw new ImageSpecError("E_RESOLVE", `${subject} has an entry point that names no function: ${line}`);
    scripts.push({ name, module: match[1] as string, attribute: match[2] as string });
  }
  return scripts;
}

/** The text of a console script, the same as uv writes in Dockerfile builds. */
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
