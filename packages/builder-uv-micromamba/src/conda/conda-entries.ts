import { createHash } from "node:crypto";
import { ImageSpecError } from "@imagespec/core/builder";
import { collectBytes } from "@imagespec/registry";
import { hashedContent } from "../layer/hashed-content.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { consoleScript, type EntryPoint, scriptEntryPoints } from "../wheel/entry-points.ts";
import type { InstalledFile } from "../wheel/path-conflicts.ts";
import { type ArchiveMember, CondaArchive, packagedPath } from "./conda-archive.ts";
import type { CondaPackage } from "./conda-package.ts";
import { type PackageInfo, readPackageInfo } from "./package-paths.ts";
import { LARGEST_TEXT, replacePrefix } from "./prefix-placeholder.ts";

/** The environment that packages are installed into. */
export interface CondaTarget {
  /** Absolute path of the environment in the image. */
  prefix: string;
  /** `3.12` and `lib/python3.12/site-packages`, where the environment has a Python. */
  python: { minor: string; sitePackages: string } | undefined;
}

/** A file as the package's conda-meta record lists it. */
interface LinkedPath {
  _path: string;
  path_type: "hardlink" | "softlink" | "directory" | "unix_python_entry_point";
  sha256_in_prefix?: string;
  size_in_bytes?: number;
}

/**
 * The files that installing a package into the prefix writes: its own, with the prefix in place of the placeholder; for
 * `noarch: python`, in site-packages and with entry points; and its conda-meta record. Link scripts are never run.
 *
 * @throws ImageSpecError E_RESOLVE for an archive that is not a package, E_UNSUPPORTED for one that cannot be
 * relocated.
 */
export async function* condaEntries(pack: CondaPackage, file: string, target: CondaTarget): AsyncGenerator<TarEntry> {
  const archive = new CondaArchive(file, pack.fn);
  const info = await readPackageInfo(archive, pack);
  const linked: LinkedPath[] = [];
  const root = target.prefix.slice(1);
  for await (const member of archive.payload()) {
    const path = installedPath(member.path, info, target, pack.fn);
    const placed = await toEntry({ member, path, info, target, fn: pack.fn });
    if (placed === undefined) continue;
    linked.push(placed.linked);
    yield placed.entry;
  }
  for (const point of entryPointsOf(info, target, pack.fn)) {
    const text = consoleScript(`${target.prefix}/bin/python${target.python?.minor}`, point);
    const script = textFile(`${root}/bin/${point.name}`, text, 0o755);
    linked.push(record(`bin/${point.name}`, "unix_python_entry_point", script.content as Uint8Array));
    yield script;
  }
  yield textFile(`${root}/conda-meta/${stem(pack.fn)}.json`, metaRecord(pack, linked));
}

/**
 * The paths that {@link condaEntries} writes, the package's own record left out, each once with a sum of its content.
 */
export async function condaFiles(
  pack: CondaPackage,
  archive: CondaArchive,
  target: CondaTarget,
): Promise<InstalledFile[]> {
  const info = await readPackageInfo(archive, pack);
  const root = target.prefix.slice(1);
  const files = new Map<string, string>();
  const add = (path: string, sum: string) => void (files.has(path) || files.set(path, sum));
  for await (const member of archive.payload()) {
    const { path, header } = member;
    if (header.type === "directory") continue;
    const sum = header.linkname ? `link ${header.linkname}` : (info.stated.get(path)?.hash ?? (await sha256Of(member)));
    add(`${root}/${installedPath(path, info, target, pack.fn)}`, sum);
  }
  for (const point of entryPointsOf(info, target, pack.fn)) add(`${root}/bin/${point.name}`, JSON.stringify(point));
  return [...files];
}

function entryPointsOf({ entryPoints }: PackageInfo, { python }: CondaTarget, fn: string): EntryPoint[] {
  if (python === undefined || entryPoints.length === 0) return [];
  return scriptEntryPoints(`[console_scripts]\n${entryPoints.join("\n")}\n`, fn);
}

async function sha256Of(member: ArchiveMember): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of member.stream()) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
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

/** One file of a package, and its place. */
interface Placed {
  member: ArchiveMember;
  /** In the prefix. */
  path: string;
  info: PackageInfo;
  target: CondaTarget;
  fn: string;
}

/** The entry of one file, and its line in the record; undefined for a folder. */
async function toEntry(placed: Placed): Promise<{ entry: TarEntry; linked: LinkedPath } | undefined> {
  const { member, path, info, target, fn } = placed;
  const { header } = member;
  const mode = ((header.mode ?? 0o644) & 0o111) === 0 ? 0o644 : 0o755;
  const at = { path: `${target.prefix.slice(1)}/${path}`, uid: 0, gid: 0 };
  switch (header.type) {
    case "directory":
      return undefined; // Parents are written with the modes of their own.
    case "symlink":
      return {
        entry: { type: "symlink", link: header.linkname ?? "", ...at },
        linked: { _path: path, path_type: "softlink" },
      };
    case "link": {
      const from = installedPath(packagedPath(header.linkname ?? "", fn), info, target, fn);
      return {
        entry: { type: "hardlink", link: `${target.prefix.slice(1)}/${from}`, ...at },
        linked: { _path: path, path_type: "hardlink" },
      };
    }
    case "file":
    case "contiguous-file": {
      const content = statedContent(placed);
      const placeholder = info.placeholders.get(member.path);
      if (placeholder === undefined)
        return {
          entry: { type: "file", mode, size: header.size, content, ...at },
          linked: { _path: path, path_type: "hardlink", size_in_bytes: header.size },
        };
      const bytes = Buffer.from(await collectBytes(content(), LARGEST_TEXT, `${fn}: ${member.path}`));
      const replaced = replacePrefix(bytes, placeholder, target.prefix, `${fn}: ${member.path}`);
      return { entry: textFile(at.path, replaced, mode), linked: record(path, "hardlink", replaced) };
    }
    default:
      throw new ImageSpecError("E_RESOLVE", `${fn} holds ${member.path}, which is neither file, folder nor link`);
  }
}

/** A file's content, checked against what the package states of it. */
function statedContent({ member, info, fn }: Placed): () => AsyncIterable<Uint8Array> {
  const { hash, size } = info.stated.get(member.path) ?? {};
  const wrong = (what: string) => new ImageSpecError("E_RESOLVE", `${fn}: ${member.path} ${what}`);
  if (size !== undefined && size !== member.header.size)
    throw wrong(`has ${member.header.size} bytes, and info/paths.json says ${size}`);
  if (hash === undefined) return () => member.stream();
  const expected = { algorithm: "sha256", digest: hash.slice("sha256:".length), encoding: "hex" } as const;
  return () =>
    hashedContent(member.stream(), expected, () => wrong("does not have the sha256 that info/paths.json says"));
}

function record(path: string, type: LinkedPath["path_type"], content: Uint8Array): LinkedPath {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { _path: path, path_type: type, sha256_in_prefix: sha256, size_in_bytes: content.length };
}

// The record that conda and mamba read, without the paths of a cache, which would be the host's.
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
