import type { ClosurePackage } from "./closure.ts";
import type { LockedPackage, LockGraph } from "./lock-graph.ts";
import { type Table, table } from "./toml-table.ts";

/** A wheel for every Python 3 (PEP 425), among whose tags others may stand: `six-1-py2.py3-none-any.whl`. */
const FITS_ALWAYS = /-(?:\w+\.)*py3(?:\.\w+)*-none-any\.whl$/;

/** What a {@link pylockTable} is made for. */
export interface PylockQuestion {
  packages: readonly ClosurePackage[];
  lock: Pick<LockGraph, "requiresPython" | "environments">;
  /** Of the image's platforms, as wheel tags name them: `x86_64`. */
  machines: readonly string[];
}

/**
 * The packages as a pylock.toml (PEP 751), which every installer reads alike: addresses and hashes as the lock states
 * them, without files that fit no platform of the image. The same packages give the same table, whatever else the lock
 * holds and in whichever order. Pure.
 */
export function pylockTable({ packages, lock, machines }: PylockQuestion): Table {
  return {
    "lock-version": "1.0",
    "created-by": "imagespec",
    ...(lock.requiresPython !== undefined && { "requires-python": lock.requiresPython }),
    ...(lock.environments.length > 0 && { environments: lock.environments }),
    packages: packages.map(({ locked, marker }) => ({
      name: locked.name,
      ...(locked.version !== undefined && { version: locked.version }),
      ...(marker !== true && { marker }),
      ...origin(locked, machines),
    })),
  };
}

function origin(locked: LockedPackage, machines: readonly string[]): Table {
  const { git, url, registry } = locked.source;
  if (typeof git === "string") return { vcs: vcs(git) };
  if (typeof url === "string") return { archive: archive(url, locked) };
  const wheels = locked.wheels.map(artifact).filter(({ url: place }) => fits(fileName(String(place)), machines));
  const universal = wheels.some(({ url: place }) => FITS_ALWAYS.test(fileName(String(place))));
  return {
    ...(typeof registry === "string" && { index: registry }),
    // Where a wheel always fits, nothing is built.
    ...(locked.sdist !== undefined && !universal && { sdist: artifact(locked.sdist) }),
    ...(wheels.length > 0 && { wheels }),
  };
}

/** `https://host/x.git?subdirectory=a&rev=main#COMMIT`, as uv writes it. */
function vcs(address: string): Table {
  const [front = "", commit = ""] = address.split("#");
  const [url = "", query = ""] = front.split("?");
  const parameters = new URLSearchParams(query);
  const wanted = ["rev", "tag", "branch"].map((name) => parameters.get(name)).find((value) => value !== null);
  const subdirectory = parameters.get("subdirectory");
  return {
    type: "git",
    url,
    ...(wanted !== undefined && { "requested-revision": wanted }),
    "commit-id": commit,
    ...(subdirectory !== null && { subdirectory }),
  };
}

function archive(url: string, { wheels, sdist, source }: LockedPackage): Table {
  const file = artifact({ ...(wheels[0] ?? sdist), url });
  return { ...file, ...(typeof source.subdirectory === "string" && { subdirectory: source.subdirectory }) };
}

function artifact({ url, size, hash }: Table): Table {
  const [, algorithm, hex] = /^(\w+):(.+)$/.exec(String(hash ?? "")) ?? [];
  return {
    url: String(url ?? ""),
    ...(size !== undefined && { size: Number(size) }),
    hashes: algorithm === undefined ? table({}) : { [algorithm]: hex },
  };
}

/** The last part of an address's path. Pure. */
export function fileName(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^.*\//s, "");
}

/** Whether a wheel's last tag names Linux on one of these machines, or any platform. */
function fits(name: string, machines: readonly string[]): boolean {
  const tag = name.replace(/\.whl$/, "").replace(/^.*-/s, "");
  const isOwn = (platform: string) => machines.some((machine) => platform.endsWith(`_${machine}`));
  return tag.split(".").some((platform) => platform === "any" || (platform.includes("linux") && isOwn(platform)));
}
