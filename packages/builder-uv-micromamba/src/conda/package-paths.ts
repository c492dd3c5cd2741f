import { ImageSpecError } from "@imagespec/core/builder";
import { z } from "zod";
import { statedHash } from "../cache/stated-hash.ts";
import { plainPath } from "../layer/plain-path.ts";
import type { CondaArchive } from "./conda-archive.ts";
import type { CondaPackage } from "./conda-package.ts";
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

const PATHS = z.object({
  paths: z.array(
    z.object({
      _path: z.string(),
      path_type: z.nullish(z.string()),
      prefix_placeholder: z.nullish(z.string()),
      file_mode: z.nullish(z.string()),
      sha256: z.nullish(z.string()),
      size_in_bytes: z.nullish(z.number()),
    }),
  ),
});
type PathsJson = z.infer<typeof PATHS>;
const INDEX = z.object({
  name: z.string(),
  version: z.string(),
  build: z.string(),
  noarch: z.nullish(z.union([z.string(), z.boolean()])),
});
const LINK = z.object({ noarch: z.nullish(z.object({ entry_points: z.nullish(z.array(z.string())) })) });

/** The paths a package installs: `info/files`, else `info/paths.json`. */
export async function listedPaths(archive: CondaArchive, fn: string): Promise<string[]> {
  const files = await archive.info();
  const listed = files.get("info/files")?.toString("utf8");
  if (listed !== undefined) return listed.split("\n").filter((line) => line !== "");
  return (parsed(files, "info/paths.json", PATHS, fn)?.paths ?? []).map(({ _path }) => _path);
}

/** The placeholder of files listed without one, in packages older than conda-build 2. */
const OLD_PLACEHOLDER = "/opt/anaconda1anaconda2anaconda3";

/**
 * Reads `info/paths.json`, else `info/has_prefix`; `info/index.json`; `info/link.json`.
 *
 * @throws ImageSpecError E_RESOLVE for what is none of a package, or of another than the channel's record says.
 */
export async function readPackageInfo(archive: CondaArchive, { fn, record }: CondaPackage): Promise<PackageInfo> {
  const files = await archive.info();
  const index = parsed(files, "info/index.json", INDEX, fn);
  if (index === undefined)
    throw new ImageSpecError("E_RESOLVE", `${fn} is not a conda package: it has no info/index.json`);
  for (const field of ["name", "version", "build"] as const)
    if (index[field] !== record[field])
      throw new ImageSpecError(
        "E_RESOLVE",
        `${fn} holds the ${field} ${index[field]}, but its channel states ${record[field]}`,
        { hint: "Check the channel it comes from." },
      );
  const link = parsed(files, "info/link.json", LINK, fn);
  const paths = parsed(files, "info/paths.json", PATHS, fn);
  const kind = index.noarch === "python" ? "python" : "generic";
  return {
    placeholders: paths ? fromPaths(paths, fn) : fromHasPrefix(files.get("info/has_prefix")?.toString("utf8") ?? ""),
    stated: statedFiles(paths, fn),
    noarch: index.noarch ? kind : undefined,
    entryPoints: link?.noarch?.entry_points ?? [],
  };
}

function parsed<T>(files: ReadonlyMap<string, Buffer>, path: string, schema: z.ZodType<T>, fn: string): T | undefined {
  const bytes = files.get(path);
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    throw new ImageSpecError("E_RESOLVE", `${fn}: ${path} is not what conda's packages have there`, {
      hint: "Leave the package out, or use another build of it.",
      cause,
    });
  }
}

function statedFiles(json: PathsJson | undefined, fn: string): Map<string, StatedFile> {
  const result = new Map<string, StatedFile>();
  for (const { _path, path_type: type, sha256, size_in_bytes: size } of json?.paths ?? []) {
    // Of a link the file is stated that it leads to.
    if (type === "softlink" || type === "directory") continue;
    const hash = sha256 ? statedHash("sha256", sha256, `${fn}: ${_path}`) : undefined;
    result.set(plainPath(_path), { hash, size: size ?? undefined });
  }
  return result;
}

function fromPaths({ paths }: PathsJson, fn: string): Map<string, Placeholder> {
  const result = new Map<string, Placeholder>();
  for (const { _path, prefix_placeholder: text, file_mode: mode } of paths) {
    if (typeof text !== "string") continue;
    if (mode !== "text" && mode !== "binary")
      throw new ImageSpecError("E_RESOLVE", `${fn}: ${_path} has a prefix in a file of the kind ${mode}`, {
        hint: "Leave the package out, or use another build of it.",
      });
    result.set(plainPath(_path), { text, mode });
  }
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
