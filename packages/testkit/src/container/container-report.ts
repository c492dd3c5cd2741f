import type { ContainerEngine } from "@imagespec/container-engine";
import { runContainer } from "./run-container.ts";

/** One entry of an image's file system, as a process in the container sees it. */
export interface ReportedFile {
  type: "file" | "directory" | "symlink" | "other";
  /** Permission bits in octal: `755`. */
  mode: string;
  owner: string;
  group: string;
  /** Text of files up to 4 KiB. */
  content?: string;
  link?: string;
}

/** What a process sees that is started in the image as it is, by `python` found on its PATH. */
export interface ContainerReport {
  user: { name: string; uid: number; gid: number; group: string; home: string };
  cwd: string;
  env: Record<string, string>;
  python: { executable: string; prefix: string; version: string; path: string[] };
  /** Distributions and their versions; two dist-infos of one name give two entries. */
  distributions: { name: string; version: string }[];
  /** By path: the asked ones, and what is below them. */
  files: Record<string, ReportedFile>;
}

/**
 * Starts `image` and reports; `paths` are listed with all that is below them. The image needs a Python 3.8 or newer.
 */
export async function containerReport(
  engine: ContainerEngine,
  image: string,
  paths: string[] = [],
): Promise<ContainerReport> {
  const result = await runContainer(engine, image, { entrypoint: ["python"], cmd: ["-c", SCRIPT, ...paths] });
  if (result.exitCode !== 0) throw new Error(`the report failed with exit ${result.exitCode}: ${result.stderr}`);
  return JSON.parse(result.stdout) as ContainerReport;
}

const SCRIPT = `
import grp, importlib.metadata, json, os, pwd, stat, sys

def named(lookup, number):
    try:
        return lookup(number)[0]
    except KeyError:
        return str(number)

def entry(path):
    info = os.lstat(path)
    kinds = [(stat.S_ISLNK, "symlink"), (stat.S_ISDIR, "directory"), (stat.S_ISREG, "file")]
    kind = next((name for check, name in kinds if check(info.st_mode)), "other")
    found = {
        "type": kind,
        "mode": format(stat.S_IMODE(info.st_mode), "o"),
        "owner": named(pwd.getpwuid, info.st_uid),
        "group": named(grp.getgrgid, info.st_gid),
    }
    if kind == "symlink":
        found["link"] = os.readlink(path)
    if kind == "file" and info.st_size <= 4096:
        try:
            with open(path, encoding="utf-8", errors="replace", newline="") as file:
                found["content"] = file.read()
        except OSError:
            pass
    return found

files = {}
for top in sys.argv[1:]:
    files[top] = entry(top)
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = os.path.join(folder, name)
            files[path] = entry(path)
user = pwd.getpwuid(os.getuid())
distributions = sorted(
    (str(d.metadata["Name"]), d.version) for d in importlib.metadata.distributions(path=[p for p in sys.path if p.startswith(sys.prefix)])
)
json.dump({
    "user": {"name": user.pw_name, "uid": os.getuid(), "gid": os.getgid(), "group": grp.getgrgid(os.getgid()).gr_name, "home": user.pw_dir},
    "cwd": os.getcwd(),
    "env": dict(os.environ),
    "python": {"executable": sys.executable, "prefix": sys.prefix, "version": "%d.%d.%d" % sys.version_info[:3], "path": sys.path},
    "distributions": [{"name": name, "version": version} for name, version in distributions],
    "files": files,
}, sys.stdout)
`;
