import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The names under which builds look for a compiler. */
const COMPILERS = [
  ...["cc", "c++", "c89", "c99", "gcc", "g++", "clang", "clang++", "cpp", "nvcc"],
  ...["gfortran", "f77", "f95", "rustc", "cargo", "go", "swig"],
  ...["x86_64-linux-gnu", "aarch64-linux-gnu"].flatMap((machine) => [`${machine}-gcc`, `${machine}-g++`]),
];

/**
 * Unpacks a source distribution. Its name decides the format, as for uv, since some archives can be read both as a tar
 * and as a zip. One that lists a file twice, or is larger than any real one, is left to other builders. Arguments:
 * archive, folder, name.
 */
const UNPACK = `import os, sys, tarfile, zipfile
archive, folder, name = sys.argv[1:]
top = os.path.realpath(folder)
umask = os.umask(0)
os.umask(umask)
MOST = 4 << 30
def judge(members):
    if len({os.path.normpath(path) for path, _ in members}) < len(members): sys.exit(name + " has two files of one name")
    if sum(size for _, size in members) > MOST: sys.exit("%s holds more than %d GiB" % (name, MOST >> 30))
def inside(*parts):
    path = os.path.realpath(os.path.join(*parts))
    return path == top or path.startswith(top + os.sep)
def extract(opened, member):
    # As the filter of newer Pythons does: files, folders and links, all within the folder, without owners and privileges.
    member.name = member.name.lstrip("/")
    linked = member.issym() or member.islnk()
    place = os.path.dirname(os.path.join(top, member.name)) if member.issym() else top
    plain = linked or member.isreg() or member.isdir()
    if not plain or not inside(top, member.name) or (linked and not inside(place, member.linkname)):
        sys.exit(member.name + " leads out of " + name)
    member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
    kept = 0o755 if member.mode & 0o100 else 0o644
    member.mode = 0o777 & ~umask if member.isdir() else member.mode & kept | 0o600
    opened.extract(member, folder)
if name.endswith(".zip"):
    with zipfile.ZipFile(archive) as opened:
        judge([(member.filename, member.file_size) for member in opened.infolist() if not member.is_dir()])
        for member in opened.infolist():
            path = opened.extract(member, folder)
            if member.external_attr >> 16 & 0o100 and os.path.isfile(path):
                os.chmod(path, 0o755)
else:
    formats = {"gz": "gz", "tgz": "gz", "bz2": "bz2", "tbz": "bz2", "xz": "xz", "txz": "xz", "tar": ""}
    form = formats.get(name.rpartition(".")[2])
    if form is None: sys.exit(name + " is an archive of no known format")
    with tarfile.open(archive, "r:" + form) as opened:
        judge([(member.name, member.size) for member in opened if not member.isdir()])
        if hasattr(tarfile, "data_filter"):
            opened.extractall(folder, filter="data")
        else:
            for member in opened:
                extract(opened, member)
`;

/**
 * Calls a hook of a build backend (PEP 517). Arguments: the hook, a file for its answer, a folder for the wheel, the
 * backend, and the folders that hold it.
 */
const HOOK = `import importlib, json, os, sys
hook, result, folder, backend, *paths = sys.argv[1:]
sys.path[:0] = [os.path.abspath(path) for path in paths]
module, _, inner = backend.partition(":")
found = importlib.import_module(module)
for name in filter(None, inner.split(".")):
    found = getattr(found, name)
if hook == "build_wheel":
    answer = found.build_wheel(folder)
else:
    answer = getattr(found, hook)() if hasattr(found, hook) else []
with open(result, "w") as file:
    json.dump(answer, file)
`;

/** Our own programs that a build runs. It may read their folder but not write to it. */
export interface Programs {
  folder: string;
  unpack: string;
  hook: string;
  /** The folder of the programs that stand in for compilers. */
  bin: string;
  /** The variables that name these programs, such as `CC`. */
  env: Record<string, string>;
}

/**
 * Writes the programs into a folder. One that stands in for a compiler fails, and notes in the file `asked` that it was
 * called: neither what this machine's compiler makes nor the lack of one may decide what a wheel holds.
 */
export async function writePrograms(folder: string, asked: string): Promise<Programs> {
  const bin = join(folder, "bin");
  const programs = {
    folder,
    unpack: join(folder, "unpack", "unpack.py"),
    hook: join(folder, "hook", "hook.py"),
    bin,
    env: { CC: join(bin, "cc"), CXX: join(bin, "c++"), FC: join(bin, "gfortran") },
  };
  for (const name of ["unpack", "hook", "bin"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(programs.unpack, UNPACK);
  await writeFile(programs.hook, HOOK);
  const compiler = `#!/bin/sh\necho "\${0##*/}" >> '${asked}'\nexit 1\n`;
  for (const name of COMPILERS) await writeFile(join(programs.bin, name), compiler, { mode: 0o755 });
  return programs;
}
