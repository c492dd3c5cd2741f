import { ImageSpecError, type MarkerEnvironment, markerHolds } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import { statedHashText } from "../cache/stated-hash.ts";
import { type GitCommit, type ResolvedSource, type SourceArchive, subjectOf } from "../source-build/source-kinds.ts";
import type { PythonTarget } from "../target/python-target.ts";
import { wheelFits } from "../target/wheel-tags.ts";
import { preferWheel } from "../wheel/prefer-wheel.ts";
import { normalizeName, parseWheelName } from "../wheel/wheel-name.ts";
import { archiveDirectUrl, gitDirectUrl } from "./direct-url.ts";
import { type LockLimits, markerEnvironment, refuseOtherTargets } from "./lock-limits.ts";
import { fileNameOf, sourceOnly } from "./pylock.ts";
import type { ResolvedDistributions, ResolvedWheel } from "./resolved-wheel.ts";

interface Dependency {
  name: string;
  version?: string;
  source?: Record<string, unknown>;
  marker?: string;
  extra?: string[];
}

interface LockedFile {
  url?: string;
  path?: string;
  filename?: string;
  hash?: string;
  size?: number;
}

interface Locked {
  name: string;
  version?: string;
  source: {
    registry?: string;
    url?: string;
    git?: string;
    virtual?: string;
    editable?: string;
    directory?: string;
    path?: string;
    subdirectory?: string;
  };
  dependencies?: Dependency[];
  "optional-dependencies"?: Record<string, Dependency[]>;
  /** By dependency group. */
  "dev-dependencies"?: Record<string, Dependency[]>;
  sdist?: LockedFile;
  wheels?: LockedFile[];
  "resolution-markers"?: string[];
}

interface Lock extends LockLimits {
  version?: number;
  package?: Locked[];
}

/**
 * What a uv.lock pins for a target, as `uv sync --no-dev` installs them: the project's dependencies, those of its
 * default groups but `dev`, and what they need there, without the project itself. `pyproject` is the text beside the
 * lock. Reads no network: the lock has addresses and hashes.
 *
 * @throws ImageSpecError E_UNSUPPORTED for what lies on this machine, E_INPUT_FILE for a file that is not a uv.lock,
 * E_RESOLVE for one that is not for this Python or platform.
 */
export function uvLockDistributions(
  text: string,
  pyproject: string,
  target: PythonTarget,
  subject: string,
): ResolvedDistributions {
  const lock = parse(text) as unknown as Lock;
  const packages = lock.package ?? [];
  const roots = packages.filter(({ source }) => source?.virtual !== undefined || source?.editable !== undefined);
  if (lock.version !== 1 || roots.length === 0)
    throw new ImageSpecError("E_INPUT_FILE", `${subject} is not a uv.lock of version 1 with a project in it`, {
      hint: "Write it with `uv lock`.",
    });
  const environment = markerEnvironment(target);
  refuseOtherTargets(lock, environment, subject);
  const isDefault = defaultGroups(pyproject);
  const needed = new Map<Locked, Set<string>>();
  const queue: { locked: Locked; extras: string[] }[] = roots.map((locked) => ({ locked, extras: [] }));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { locked, extras } = next;
    const seen = needed.get(locked);
    const fresh = extras.filter((extra) => !seen?.has(extra));
    if (seen !== undefined && fresh.length === 0) continue;
    needed.set(locked, new Set([...(seen ?? []), ...extras]));
    const dependencies = [
      ...(seen === undefined ? (locked.dependencies ?? []) : []),
      ...(seen === undefined && roots.includes(locked) ? groupDependencies(locked, isDefault) : []),
      ...fresh.flatMap((extra) => locked["optional-dependencies"]?.[extra] ?? []),
    ];
    for (const dependency of dependencies) {
      if (dependency.marker !== undefined && !markerHolds(dependency.marker, environment)) continue;
      queue.push({ locked: find(packages, dependency, environment, subject), extras: dependency.extra ?? [] });
    }
  }
  const found: ResolvedDistributions = { wheels: [], sources: [] };
  for (const locked of needed.keys()) {
    if (roots.includes(locked)) continue;
    const wheel = wheelOf(locked, target);
    if (wheel === undefined) found.sources.push(sourceOf(locked));
    else found.wheels.push(wheel);
  }
  return found;
}

/** Which groups are installed without being asked for (`[tool.uv] default-groups`); `dev` never is. */
function defaultGroups(pyproject: string): (group: string) => boolean {
  const { tool } = parse(pyproject) as { tool?: { uv?: { "default-groups"?: string[] | "all" } } };
  const groups = tool?.uv?.["default-groups"] ?? [];
  const names = groups === "all" ? undefined : new Set(groups.map(normalizeName));
  return (group) => group !== "dev" && (names === undefined || names.has(normalizeName(group)));
}

function groupDependencies(root: Locked, isDefault: (group: string) => boolean): Dependency[] {
  const groups = Object.entries(root["dev-dependencies"] ?? {});
  return groups.flatMap(([group, dependencies]) => (isDefault(group) ? dependencies : []));
}

function find(packages: Locked[], wanted: Dependency, environment: MarkerEnvironment, subject: string): Locked {
  const named = packages.filter(({ name }) => name === wanted.name);
  const versioned = wanted.version === undefined ? named : named.filter(({ version }) => version === wanted.version);
  const sourced =
    wanted.source === undefined
      ? versioned
      : versioned.filter(({ source }) => JSON.stringify(source) === JSON.stringify(wanted.source));
  const fitting = sourced.filter(
    (locked) => locked["resolution-markers"]?.some((marker) => markerHolds(marker, environment)) ?? true,
  );
  const found = fitting[0] ?? sourced[0];
  if (found !== undefined) return found;
  throw new ImageSpecError("E_INPUT_FILE", `${subject} requires ${wanted.name} and does not lock it`, {
    hint: "Run `uv lock`.",
  });
}

function wheelOf(locked: Locked, target: PythonTarget): ResolvedWheel | undefined {
  const wheels = (locked.wheels ?? []).flatMap((file) => {
    const archive = archiveOf(file);
    if (!archive?.filename.endsWith(".whl") || !wheelFits(parseWheelName(archive.filename), target)) return [];
    const version = locked.version ?? archive.filename.split("-")[1] ?? "";
    return [{ name: normalizeName(locked.name), version, ...archive, ...addressOf(locked) }];
  });
  return preferWheel(wheels, target.minor);
}

function sourceOf(locked: Locked): ResolvedSource {
  const { name, version, source, sdist } = locked;
  if (source.git !== undefined) {
    const git = gitCommit(source.git);
    return { name, version, git, directUrl: gitDirectUrl(git) };
  }
  const archive = sdist && archiveOf({ ...sdist, url: sdist.url ?? source.url ?? "" });
  if (archive === undefined) throw sourceOnly(subjectOf({ name, version }));
  const { subdirectory } = source;
  return { name, version, archive: { ...archive, subdirectory }, ...addressOf(locked) };
}

function archiveOf({ url = "", filename, hash, size }: LockedFile): SourceArchive | undefined {
  if (!/^https?:/.test(url)) return undefined;
  const name = filename ?? fileNameOf(url);
  return { filename: name, url, hashes: hash === undefined ? [] : [statedHashText(hash, name)], size };
}

function addressOf({ source: { url, subdirectory } }: Locked): { directUrl?: string } {
  return url === undefined ? {} : { directUrl: archiveDirectUrl(url, subdirectory) };
}

/** `https://host/x.git?subdirectory=a&rev=main#COMMIT`, as uv writes it. */
function gitCommit(address: string): GitCommit {
  const [front = "", commit = ""] = address.split("#");
  const [url = "", query = ""] = front.split("?");
  const parameters = new URLSearchParams(query);
  const revision = ["rev", "tag", "branch"].map((name) => parameters.get(name)).find((value) => value !== null);
  return { url, commit, revision: revision ?? undefined, subdirectory: parameters.get("subdirectory") ?? undefined };
}
