import { ImageSpecError } from "@imagespec/core/builder";
import { statedHash } from "../cache/stated-hash.ts";
import type { CondaArchive } from "./conda-archive.ts";
import type { Placeholder } from "./prefix-placeholder.ts";

/** What a package says of itself under `info/`. */
export interface PackageInfo {
  placeholders: Map<string, Placeholder>;
  /** What the package states of its files, as they are in the archive. */
  stated: Map<string, StatedFile>;
  /** `python` when it is to be laid into the environment's site-packages. */
  noarch: "python" | "generic" | undefined;
  /** Lines `name = module:attribute`. */
  entryPoints: string[];
}

/** Hash and size of a file. */
export interface StatedFile {
  /** `sha256:hex` */
  hash?: string | undefined;
  size?: number | undefined;
}

interface PathsJson {
  paths: {
    _path: string;
    path_type?: string;
    prefix_placeholder?: string;
    file_mode?: "text" | "binary";
    sha256?: string;
    size_in_bytes?: number;
  }[];
}

/** The paths a package installs: `info/files`, else `info/paths.json`. */
export async function listedPaths(archive: CondaArchive): Promise<string[]> {
  const files = await archive.info(["info/files", "info/paths.json"]);
  const listed = files.get("info/files")?.toString("utf8");
  if (listed !== undefined) return listed.split("\n").filter((line) => line !== "");
  const paths = JSON.parse(files.get("info/paths.json")?.toString("utf8") ?? '{"paths":[]}') as PathsJson;
  return paths.paths.map(({ _path }) => _path);
}

/** The placeholder of files listed without one, in packages older than conda-build 2. */
const OLD_PLACEHOLDER = "/opt/anaconda1anaconda2anaconda3";

/** Reads `info/paths.json`, else `info/has_prefix`; `info/index.json`; `info/link.json`. */
export async function readPackageInfo(archive: CondaArchive, fn: string): Promise<PackageInfo> {
  const files = await archive.info(["info/paths.json", "info/has_prefix", "info/index.json", "info/link.json"]);
  const json = <T>(path: string): T | undefined => {
    const bytes = files.get(path);
    if (bytes === undefined) return undefined;
    try {
      return JSON.parse(bytes.toString("utf8")) as T;
    } catch (cause) {
      throw new ImageSpecError("E_RESOLVE", `${fn}: ${path} is not JSON`, { cause });
    }
  };
  const index = json<{ noarch?: string | boolean }>("info/index.json");
  if (index === undefined)
    throw new ImageSpecError("E_RESOLVE", `${fn} is not a conda package: it has no info/index.json`);
  const link = json<{ noarch?: { type?: string; entry_points?: string[] } }>("info/link.json");
  const paths = json<PathsJson>("info/paths.json");
  return {
    placeholders: paths ? fromPaths(paths) : fromHasPrefix(files.get("info/has_prefix")?.toString("utf8") ?? ""),
    stated: statedFiles(paths, fn),
    noarch: index.noarch === "python" ? "python" : index.noarch ? "generic" : undefined,
    entryPoints: link?.noarch?.entry_points ?? [],
  };
}

function statedFiles(json: PathsJson | undefined, fn: string): Map<string, StatedFile> {
  const result = new Map<string, StatedFile>();
  for (const { _path, path_type: type, sha256, size_in_bytes: size } of json?.paths ?? []) {
    if (type !== undefined && type !== "hardlink") continue;
    const hash = sha256 === undefined ? undefined : statedHash("sha256", sha256, `${fn}: ${_path}`);
    result.set(_path, { hash, size });
  }
  return result;
}

function fromPaths({ paths }: PathsJson): Map<string, Placeholder> {
  const result = new Map<string, Placeholder>();
  for (const { _path, prefix_placeholder: text, file_mode: mode } of paths)
    if (text !== undefined && mode !== undefined) result.set(_path, { text, mode });
  return result;
}

// A line is `PATH`, or `PLACEHOLDER MODE PATH` with optional quotes.
function fromHasPrefix(content: string): Map<string, Placeholder> {
  const result = new Map<string, Placeholder>();
  for (const line of content.split("\n")) {
    const words = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replace(/^"|"$/g, "")) ?? [];
    const [first, mode, path] = words;
    if (words.length === 1) result.set(first as string, { text: OLD_PLACEHOLDER, mode: "text" });
    if (words.length === 3 && (mode === "text" || mode === "binary"))
      result.set(path as string, { text: first as string, mode });
  }
  return result;
}
