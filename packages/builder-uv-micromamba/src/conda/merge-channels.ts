import type { RepodataRecord } from "./conda-package.ts";
import { namedSubdir, specName, splitSpec } from "./match-spec.ts";
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
  url: string;
}

/**
 * The records a solve may use, under strict channel priority: a name that a channel has is taken from no channel after
 * it. Only names that the specs can reach are kept. A spec `CHANNEL::name` or `CHANNEL/SUBDIR::name` takes the name
 * from there alone.
 */
export function mergeChannels(channels: readonly ChannelData[], specs: readonly string[]): Candidate[] {
  const byName = new Map<string, Candidate[]>();
  const pinned = pinnedChannels(specs);
  for (const { channel, subdirs } of channels) {
    const here = new Map<string, Candidate[]>();
    for (const [subdir, { records, address }] of subdirs) {
      for (const [fn, record] of records) {
        const wanted = pinned.get(record.name);
        if (wanted !== undefined && namedSubdir(wanted, channel, [subdir]) === undefined) continue;
        const list = here.get(record.name) ?? [];
        list.push({ record, fn, subdir, channel, url: `${address}${fn}` });
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

/** The channel before the `::` of a spec, by the name of its package. */
function pinnedChannels(specs: readonly string[]): Map<string, string> {
  const pinned = new Map<string, string>();
  for (const spec of specs) {
    const { channel } = splitSpec(spec);
    if (channel !== undefined) pinned.set(specName(spec), channel);
  }
  return pinned;
}
