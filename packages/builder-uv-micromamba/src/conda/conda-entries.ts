import { createHash } from "node:crypto";
import { ImageSpecError } from "@imagespec/core/builder";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { consoleScript, scriptEntryPoints } from "../wheel/entry-points.ts";
import { type ArchiveMember, CondaArchive } from "./conda-archive.ts";
import type { CondaPackage } from "./conda-package.ts";
import { type PackageInfo, readPackageInfo } from "./package-paths.ts";
import { LARGEST_TEXT, replacePrefix } from "./prefix-placeholder.ts";

/** Where packages go. */
export interface CondaTarget {
  /** Absolute path of the environment in the image. */
  prefix: string;
  /** Of the environment's Python, when it has one: `3.12` and `lib/python3.12/site-packages`. */
  python: { minor: string; sitePackages: string } | undefined;
}

/** What a file of the package became, for its conda-meta record. */
interface LinkedPath {
  _path: string;
  path_type: "hardlink" | "softlink" | "directory" | "unix_python_entry_point";
  sha256_in_prefix?: string;
  size_in_bytes?: number;
}

/**
 * What installing a package into the prefix writes: its files with the prefix put in, Python packages for any platform
 * laid into site-packages with their entry points, and its conda-meta record. Link scripts are never run.
 * Throws E_RESOLVE for an archive that is no package, E_UNSUPPORTED for one that cannot be relocated.
 */
export async function* condaEntries(pack: CondaPackage, file: string, target: CondaTarget): AsyncGenerator<TarEntry> {
  const archive = new CondaArchive(file, pack.fn);
  const info = await readPackageInfo(archive, pack.fn);
  const linked: LinkedPath[] = [];
  const root = target.prefix.slice(1);
  for await (const member of archive.payload()) {
    const path = installedPath(member.path, info, target, pack.fn);
    const entry = await toEntry(member, `${root}/${path}`, info, target, pack.fn, linked, path);
    if (entry !== undefined) yield entry;
  }
  if (target.python !== undefined && info.entryPoints.length > 0) {
    const listing = `[console_scripts]\n${info.entryPoints.join("\n")}\n`;
    for (const point of scriptEntryPoints(listing, pack.fn)) {
      const script = textFile(
        `${root}/bin/${point.name}`,
        consoleScript(`${target.prefix}/bin/python${target.python.minor}`, point),
        0o755,
      );
      linked.push(record(`bin/${point.name}`, "unix_python_entry_point", script.content as Uint8Array));
      yield script;
    }
  }
  yield textFile(`${root}/conda-meta/${stem(pack.fn)}.json`, metaRecord(pack, linked));
}

function installedPath(path: string, info: PackageInfo, target: CondaTarget, fn: string): string {
  if (info.noarch !== "python") return path;
  if (target.python === undefined)
    throw new ImageSpecError("E_RESOLVE", `${fn} is a Python package, and the environment has no python`, {
      hint: "Add python to condaPackages, or set pythonVersion.",
    });
  if (path.startsWith("site-packages/")) return `${target.python.sitePackages}/${path.slice("site-packages/".length)}`;
  if (path.startsWith("python-scripts/")) return `bin/${path.slice("python-scripts/".length)}`;
  return path;
}

async function toEntry(
  member: ArchiveMember,
  place: string,
  info: PackageInfo,
  target: CondaTarget,
  fn: string,
  linked: LinkedPath[],
  path: string,
): Promise<TarEntry | undefined> {
  const { header } = member;
  const mode = ((header.mode ?? 0o644) & 0o111) === 0 ? 0o644 : 0o755;
  const owner = { uid: 0, gid: 0 };
  switch (header.type) {
    case "directory":
      return undefined; // Parents are written with the modes of their own.
    case "symlink":
      linked.push({ _path: path, path_type: "softlink" });
      return { type: "symlink", path: place, link: header.linkname ?? "", ...owner };
    case "link": {
      const from = (header.linkname ?? "").replace(/^\.\//, "");
      linked.push({ _path: path, path_type: "hardlink" });
      return {
        type: "hardlink",
        path: place,
        link: `${target.prefix.slice(1)}/${installedPath(from, info, target, fn)}`,
        ...owner,
      };
    }
    case "file":
    case "contiguous-file": {
      const placeholder = info.placeholders.get(member.path);
      if (placeholder === undefined) {
        linked.push({ _path: path, path_type: "hardlink", size_in_bytes: header.size ?? 0 });
        return { type: "file", path: place, mode, size: header.size ?? 0, content: () => member.stream(), ...owner };
      }
      const bytes = await member.bytes(LARGEST_TEXT);
      const content = replacePrefix(bytes, placeholder, target.prefix, `${fn}: ${member.path}`);
      linked.push(record(path, "hardlink", content));
      return textFile(place, content, mode);
    }
    default:
      throw new ImageSpecError("E_RESOLVE", `${fn} holds ${member.path}, which is neither file, folder nor link`);
  }
}

function record(path: string, type: LinkedPath["path_type"], content: Uint8Array): LinkedPath {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { _path: path, path_type: type, sha256_in_prefix: sha256, size_in_bytes: content.length };
}

// The record conda, mamba and pip's conda-aware tools read; without the paths of a cache, which would be the host's.
function metaRecord(pack: CondaPackage, linked: LinkedPath[]): string {
  const paths = [...linked].sort((a, b) => (a._path < b._path ? -1 : 1));
  const body = {
    ...pack.record,
    channel: pack.channel,
    fn: pack.fn,
    files: paths.map((item) => item._path),
    link: { source: "", type: 1 },
    paths_data: { paths, paths_version: 1 },
    subdir: pack.subdir,
    url: pack.url,
  };
  return `${JSON.stringify(Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

function stem(fn: string): string {
  return fn.replace(/\.(conda|tar\.bz2)$/, "");
}
