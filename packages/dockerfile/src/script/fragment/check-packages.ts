import { ENVIRONMENT_FILES } from "@imagespec/core/builder";
import { interpret } from "./interpreter.ts";

/**
 * Looks for names that mean "deleted" in a layer (OCI image-spec, layer.md, "Whiteouts"), for distributions of uv's
 * whose needs depend on the kernel of the building machine, any that bring files of the environment itself, and for
 * paths that one distribution or two bring with different contents, as their RECORDs say.
 */
const CHECK = `
import csv, glob, os, re, sys
prefix, own = sys.argv[1:]
def fail(text):
  sys.stderr.write("imagespec:%s: %s\\n" % ("E_RESOLVE", text))
  sys.exit(65)
for folder, folders, names in os.walk(prefix):
  for name in folders + names:
    if name.startswith(".wh."): fail("the packages have %s, a name that deletes files in an image" % ascii(os.path.join(folder, name)))
systems = "['\\"](darwin|win32|windows|nt)['\\"]"
for metadata in sorted(glob.glob(os.path.join(prefix, "lib/python3*/site-packages/*.dist-info/METADATA"))):
  folder = os.path.dirname(metadata)
  name = " ".join(os.path.basename(folder)[:-len(".dist-info")].split("-"))
  try: installer = open(os.path.join(folder, "INSTALLER"), encoding="utf-8").read().strip()
  except OSError: installer = ""
  if installer != "uv": continue
  with open(metadata, encoding="utf-8", errors="replace") as file: fields = re.sub("\\n[ \\t]+", " ", file.read().split("\\n\\n")[0]).split("\\n")
  for field in fields:
    marker = field.rsplit(";", 1)[-1] if re.match("requires-dist:.*;", field, re.I) else ""
    bare = re.sub("'[^']*'|\\"[^\\"]*\\"", " ", marker)
    foreign = re.search("== *%s|%s *==" % (systems, systems), marker, re.I) and not re.search(r"\\bor\\b", bare)
    if re.search(r"platform_(release|version)|platform\\.version", bare) and not foreign: fail("%s has a requirement that asks for the kernel of the building machine: %s" % (name, ascii(field)))
owners = {}
for record in sorted(glob.glob(os.path.join(prefix, "lib/python3*/site-packages/*.dist-info/RECORD"))):
  site, info = os.path.split(os.path.dirname(record))
  name = " ".join(info[:-len(".dist-info")].split("-"))
  with open(record, encoding="utf-8", errors="replace", newline="") as file: rows = [row for row in csv.reader(file) if len(row) > 1]
  for row in rows:
    path = os.path.normpath(os.path.join(site, row[0]))
    path = re.sub("^%s/lib64/" % prefix, prefix + "/lib/", path)
    if re.match(own, os.path.relpath(path, prefix), re.I): fail("%s has %s, which is the environment's own" % (name, ascii(path)))
    owner, sum = owners.setdefault(path, (name, row[1]))
    if not sum or not row[1] or sum == row[1]: continue
    if row[0] in [info + "/" + note for note in ("INSTALLER", "REQUESTED", "direct_url.json", "uv_build.json")]: continue
    if owner == name: fail("%s has two files for %s, with different contents" % (name, ascii(path)))
    sys.stderr.write("imagespec:%s: %s is in %s and in %s: which of the two stays is left to chance\\n" % ("warning", ascii(path), owner, name))
`;

/**
 * Fails where packages break the environment or the image, and warns of paths that two bring; after `findInterpreter`.
 */
export function checkPackages(prefix: string): string[] {
  return interpret(CHECK, prefix, ENVIRONMENT_FILES);
}
