import type { RepodataRecord } from "./conda-package.ts";
import type { Repodata } from "./repodata.ts";

export interface ChannelData {
  /** Base URL. */
  channel: string;
  /** By subdir: the target's and `noarch`. */
  subdirs: Map<string, Repodata>;
}

/** One record and where it comes from. */
export interface Candidate {
  record: RepodataRecord;
  fn: string;
  subdir: string;
  channel: string;
}

/**
 * The records a solve may use, under strict channel priority: a name that a channel has is taken from no channel after
 * it. Only names that the specs can reach are kept. A spec `CHANNEL::name` or
 * `CHANNEL/SUBDIR::name` takes the name from there alone.
 */
export function mergeChannels(channels: readonly ChannelData[], specs: readonly string[]): Candidate[] {
  const byName = new Map<string, Candidate[]>();
  const pinned = pinnedChannels(specs);
  for (const { channel, subdirs } of channels) {
    const here = new Map<string, Candidate[]>();
    for (const [subdir, repodata] of subdirs) {
      for (const [fn, record] of repodata) {
        const wanted = pinned.get(record.name);
        if (wanted !== undefined && !isWanted(channel, subdir, wanted)) continue;
        const list = here.get(record.name) ?? [];
        list.push({ record, fn, subdir, channel });
        here.set(record.name, list);
      }
    }
    for (const [name, candidates] of here) if (!byName.has(name)) byName.set(name, candidates);
  }

  const reached = new Set<string>();
  const open = specs.map(specName);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const { record } of byName.get(name) ?? [])
      for (const depend of record.depends ?? []) open.push(specName(depend));
  }
  return [...reached].flatMap((name) => byName.get(name) ?? []);
}

/** The package name of a MatchSpec: `conda-forge::numpy >=2` is `numpy`. */
export function specName(spec: string): string {
  const bare = spec.includes("::") ? spec.slice(spec.indexOf("::") + 2) : spec;
  return (/^[^\s=<>!~[;]+/.exec(bare.trim())?.[0] ?? bare).toLowerCase();
}

/** A spec without its channel, which {@link mergeChannels} has applied already. */
export function withoutChannel(spec: string): string {
  return spec.includes("::") ? spec.slice(spec.indexOf("::") + 2) : spec;
}

function pinnedChannels(specs: readonly string[]): Map<string, string> {
  const pinned = new Map<string, string>();
  for (const spec of specs) if (spec.includes("::")) pinned.set(specName(spec), spec.slice(0, spec.indexOf("::")));
  return pinned;
}

/** Whether records of that channel and subdir are what `CHANNEL` or `CHANNEL/SUBDIR` before `::` names. */
function isWanted(url: string, subdir: string, wanted: string): boolean {
  const name = wanted.replace(/\/+$/, "");
  const isChannel = (text: string) => url === text || url.endsWith(`/${text}`);
  return isChannel(name) || (name.endsWith(`/${subdir}`) && isChannel(name.slice(0, -subdir.length - 1)));
}
