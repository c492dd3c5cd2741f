import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ImageSpecError } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import { statedHash } from "../cache/stated-hash.ts";
import { preferWheel } from "../wheel/prefer-wheel.ts";
import { normalizeName } from "../wheel/wheel-name.ts";
import type { ResolvedWheel } from "./resolved-wheel.ts";

/** A file of a pylock.toml. */
export interface Artifact {
  url?: string;
  path?: string;
  name?: string;
  size?: number | bigint;
  hashes?: Record<string, string>;
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

/**
 * The wheels of a pylock.toml (PEP 751) that uv wrote for one platform: it leaves out wheels that don't fit. `allowed`
 * are the hashes a requirements file admits for a name. Throws E_UNSUPPORTED for what has to be built from source.
 */
export function parsePylock(
  text: string,
  pythonMinor: string,
  folder: string,
  allowed: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): ResolvedWheel[] {
  const { packages = [] } = parse(text) as { packages?: LockedPackage[] };
  return packages.map((locked) => {
    const hashes = allowed.get(normalizeName(locked.name));
    const candidates = (locked.archive ? [locked.archive] : (locked.wheels ?? []))
      .map((artifact) => candidate(locked, artifact, folder))
      .filter((wheel) => wheel.filename.endsWith(".whl"));
    const wheel =
      hashes === undefined ? preferWheel(candidates, pythonMinor) : admitted(candidates, hashes, pythonMinor);
    if (wheel !== undefined) return wheel;
    if (candidates.length > 0)
      throw new ImageSpecError(
        "E_RESOLVE",
        `No wheel of ${locked.name} ${locked.version ?? ""} has a hash that the requirements admit`,
        {
          hint: "Add the hash of the wheel for this platform, or write the file again for it.",
        },
      );
    throw sourceOnly(`${locked.name}${locked.version ? ` ${locked.version}` : ""}`);
  });
}

/** The best wheel with one of these hashes; else the best one whose index states no hash of their kind, checked later. */
function admitted(
  candidates: readonly ResolvedWheel[],
  allowed: ReadonlySet<string>,
  pythonMinor: string,
): ResolvedWheel | undefined {
  const known = candidates.filter(({ hashes }) => hashes.some((hash) => allowed.has(hash)));
  if (known.length > 0) return preferWheel(known, pythonMinor);
  const kinds = new Set([...allowed].map(algorithm));
  const open = candidates.filter(({ hashes }) => !hashes.some((hash) => kinds.has(algorithm(hash))));
  const wheel = preferWheel(open, pythonMinor);
  return wheel && { ...wheel, oneOf: [...allowed].sort() };
}

function algorithm(hash: string): string {
  return hash.slice(0, hash.indexOf(":"));
}

/** The refusal of a distribution that would have to be built. */
export function sourceOnly(subject: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError(
    "E_UNSUPPORTED",
    `${subject} has no wheel for this platform, and uv-micromamba installs wheels only`,
    {
      hint: "Build with docker-buildx or kaniko, which can compile it, or choose a version that has a wheel.",
      cause,
    },
  );
}

/** A file as a wheel; `folder` is where its path starts. */
export function candidate(locked: LockedPackage, artifact: Artifact, folder: string): ResolvedWheel {
  const url = artifact.url ?? (artifact.path === undefined ? "" : pathToFileURL(resolve(folder, artifact.path)).href);
  const last = decodeURIComponent(
    url
      .replace(/[?#].*$/, "")
      .split("/")
      .at(-1) ?? "",
  );
  const filename = artifact.name ?? last;
  const fragment = /#(?:.*&)?(md5|sha\d+|blake2\w+)=([^&]*)/i.exec(url);
  const stated = [...Object.entries(artifact.hashes ?? {}), ...(fragment ? [[fragment[1], fragment[2]] as const] : [])];
  return {
    name: locked.name,
    version: locked.version ?? filename.split("-")[1] ?? "",
    filename,
    url: url.replace(/#.*$/, ""),
    hashes: [...new Set(stated.map(([name = "", hex = ""]) => statedHash(name, hex, filename)))],
    size: artifact.size === undefined ? undefined : Number(artifact.size),
  };
}
