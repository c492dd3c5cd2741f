import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ImageSpecError, normalName } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import { addressHash, statedHashes } from "../cache/stated-hash.ts";
import { type ResolvedSource, subjectOf } from "../source-build/source-kinds.ts";
import type { WheelTags } from "../target/wheel-tags.ts";
import { preferWheel } from "../wheel/prefer-wheel.ts";
import { sameVersion } from "../wheel/version.ts";
import type { ChosenFiles } from "./chosen-files.ts";
import { archiveDirectUrl, gitDirectUrl } from "./direct-url.ts";
import type { ResolvedDistributions, ResolvedWheel } from "./resolved-wheel.ts";

/** A file of a pylock.toml. */
interface Artifact {
  url?: string;
  path?: string;
  name?: string;
  size?: number | bigint;
  hashes?: Record<string, string>;
  /** Of an archive of sources: the part that is built. */
  subdirectory?: string;
}

/** One `[[packages]]` of a pylock.toml. */
export interface LockedPackage {
  name: string;
  version?: string;
  wheels?: Artifact[];
  archive?: Artifact;
  sdist?: Artifact;
  vcs?: { url?: string; "commit-id"?: string; "requested-revision"?: string; subdirectory?: string };
  directory?: { path?: string };
}

/** What decides which file of a package is taken. */
export interface PylockReading {
  tags: WheelTags;
  /** Where paths start. */
  folder: string;
  /** The hashes that a requirements file admits, by normalised name. */
  allowed?: ReadonlyMap<string, ReadonlySet<string>>;
  /** The files that uv's log says it chose. */
  chosen?: ChosenFiles;
  /** What is installed already. In its version it is not downloaded, so it needs no admitted hash. */
  installed?: readonly InstalledDistribution[];
}

/**
 * Reads a pylock.toml (PEP 751) that uv wrote for one platform, without the wheels that do not fit it.
 *
 * @throws ImageSpecError E_RESOLVE where no file has an admitted hash, E_UNSUPPORTED for a package with neither wheel
 * nor source.
 */
export function parsePylock(
  text: string,
  { tags, folder, allowed = new Map(), chosen = new Map(), installed = [] }: PylockReading,
): ResolvedDistributions {
  const { packages = [] } = parse(text) as { packages?: LockedPackage[] };
  const found: ResolvedDistributions = { wheels: [], sources: [] };
  const versions = new Map(installed.map(({ name, version }) => [normalName(name), version]));
  for (const locked of packages) {
    const name = normalName(locked.name);
    const { version = "" } = locked;
    const isThere = version !== "" && locked.archive === undefined && sameVersion(versions.get(name) ?? "", version);
    const hashes = isThere ? undefined : allowed.get(name);
    const candidates = wheelsOf(locked, folder);
    const own = chosen.get(`${name}==${locked.version}`);
    const prefer = (wheels: readonly ResolvedWheel[]) =>
      wheels.find(({ filename }) => filename === own) ?? preferWheel(wheels, tags);
    const wheel = hashes === undefined ? prefer(candidates) : admitted(candidates, hashes, prefer);
    if (wheel !== undefined) found.wheels.push(wheel);
    else if (candidates.length > 0 && !sourceIsAdmitted(locked, hashes))
      throw new ImageSpecError(
        "E_RESOLVE",
        `No file of ${locked.name} ${locked.version ?? ""} has a hash that the requirements allow`,
        { hint: "Add the hash of the wheel for this platform, or write the file again for it." },
      );
    else found.sources.push(withHashes(sourceOf(locked, folder), hashes));
  }
  return found;
}

/** The wheels that a pylock.toml names of a distribution. */
export function wheelsOf(locked: LockedPackage, folder: string): ResolvedWheel[] {
  const artifacts = locked.archive ? [locked.archive] : (locked.wheels ?? []);
  return artifacts
    .map((artifact) => candidate(locked, artifact, folder))
    .filter(({ filename }) => filename.endsWith(".whl"));
}

/** The name of the file that an address ends in. */
function fileNameOf(url: string): string {
  return decodeURIComponent(
    url
      .replace(/[?#].*$/, "")
      .split("/")
      .at(-1) ?? "",
  );
}

/** The source, whose archive has to have one of the hashes that the requirements admit, if they state any. */
function withHashes(source: ResolvedSource, allowed: ReadonlySet<string> | undefined): ResolvedSource {
  if (allowed === undefined || source.archive === undefined) return source;
  return { ...source, archive: { ...source.archive, oneOf: [...allowed].sort() } };
}

/**
 * A distribution as its source: an archive or a commit.
 *
 * @throws ImageSpecError E_UNSUPPORTED for one that has neither.
 */
export function sourceOf(locked: LockedPackage, folder = "/"): ResolvedSource {
  const { name, version, vcs } = locked;
  if (vcs?.url !== undefined && vcs["commit-id"] !== undefined) {
    const { url, subdirectory } = vcs;
    const git = { url, commit: vcs["commit-id"], subdirectory, revision: vcs["requested-revision"] };
    return { name, version, git, directUrl: gitDirectUrl(git) };
  }
  const artifact = locked.archive ?? locked.sdist;
  if (artifact !== undefined) {
    const { filename, url, hashes, size, directUrl } = candidate(locked, artifact, folder);
    const { subdirectory } = artifact;
    if (!filename.endsWith(".whl"))
      return { name, version, archive: { filename, url, hashes, size, subdirectory }, directUrl };
  }
  throw new ImageSpecError(
    "E_UNSUPPORTED",
    `${subjectOf({ name, version })} has neither a wheel for this platform nor a source`,
    {
      hint: "Choose a version that has one.",
    },
  );
}

/**
 * The best file with an admitted hash. Where no file states one, the best of those whose index states no hash of one of
 * the admitted algorithms: its content is then checked against the admitted hashes once it is here.
 */
function admitted(
  candidates: readonly ResolvedWheel[],
  allowed: ReadonlySet<string>,
  prefer: (wheels: readonly ResolvedWheel[]) => ResolvedWheel | undefined,
): ResolvedWheel | undefined {
  const known = candidates.filter(({ hashes }) => hashes.some((hash) => allowed.has(hash)));
  if (known.length > 0) return prefer(known);
  const kinds = [...allowed].map(algorithm);
  const open = candidates.filter(({ hashes }) => {
    const stated = new Set(hashes.map(algorithm));
    return kinds.some((kind) => !stated.has(kind));
  });
  const wheel = prefer(open);
  return wheel && { ...wheel, oneOf: [...allowed].sort() };
}

/** Whether the requirements admit the source of a package, which is then built. */
function sourceIsAdmitted(locked: LockedPackage, allowed: ReadonlySet<string> | undefined): boolean {
  const { sdist } = locked;
  if (sdist === undefined || allowed === undefined) return false;
  return admitted([candidate(locked, sdist, "/")], allowed, ([file]) => file) !== undefined;
}

function algorithm(hash: string): string {
  return hash.slice(0, hash.indexOf(":"));
}

/** A file of the lock as the wheel that it may be; a relative path starts from `folder`. */
function candidate(locked: LockedPackage, artifact: Artifact, folder: string): ResolvedWheel {
  const url = artifact.url ?? (artifact.path === undefined ? "" : pathToFileURL(resolve(folder, artifact.path)).href);
  const filename = artifact.name ?? fileNameOf(url);
  const inAddress = addressHash(url);
  const stated = Object.entries(artifact.hashes ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`);
  return {
    name: locked.name,
    version: locked.version ?? filename.split("-")[1] ?? "",
    filename,
    url: url.replace(/#.*$/, ""),
    hashes: statedHashes(inAddress === undefined ? stated : [...stated, inAddress], filename),
    size: artifact.size === undefined ? undefined : Number(artifact.size),
    ...(artifact === locked.archive && { directUrl: archiveDirectUrl(url, artifact.subdirectory) }),
  };
}
