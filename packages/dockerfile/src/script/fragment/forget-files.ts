import type { EnvironmentStep } from "@imagespec/core/builder";
import { interpret } from "./interpreter.ts";

/**
 * Takes files whose path matches out of the distributions that uv installed: they themselves, and their lines in
 * RECORD.
 */
const FORGET = `
import csv, glob, os, re, sys
prefix, pattern = sys.argv[1:]
def read(path):
  with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file: return list(file)
for record in glob.glob(os.path.join(prefix, "lib/python3*/site-packages/*.dist-info/RECORD")):
  info = os.path.dirname(record)
  site = os.path.realpath(os.path.dirname(info))
  try: installer = read(os.path.join(info, "INSTALLER"))
  except OSError: installer = []
  if installer != ["uv"]: continue
  rows, kept = read(record), []
  for row in rows:
    path = os.path.realpath(os.path.join(site, "".join(next(csv.reader([row]), [])[:1])))
    if not path.startswith(site + "/") or not re.search(pattern, path): kept.append(row)
    elif os.path.isfile(path): os.unlink(path)
  if len(kept) < len(rows):
    with open(record, "w", encoding="utf-8", errors="surrogateescape", newline="") as file: file.writelines(kept)
`;

/** Bytecode that a wheel brings for its modules: the environment's own takes its place. */
const BYTECODE = "/__pycache__/[^/]+[.]pyc$";
/** uv's note of the time of a wheel that lay in a folder, which no other builder knows. */
const WHEEL_NOTE = "[.]dist-info/uv_cache[.]json$";

/** Removes what wheels have just brought and the image shall not hold; after `findInterpreter`. */
export function forgetFiles({ prefix, bytecode }: EnvironmentStep, from: "index" | "folder"): string[] {
  const patterns = [...(bytecode ? [BYTECODE] : []), ...(from === "folder" ? [WHEEL_NOTE] : [])];
  if (patterns.length === 0) return [];
  return interpret(FORGET, prefix, patterns.join("|"));
}
