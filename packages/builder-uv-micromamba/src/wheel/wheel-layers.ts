import { normalName } from "@imagespec/core/builder";
import { inParallel } from "@imagespec/registry/terms";
import type { RecordStore } from "../cache/record-store.ts";
import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import type { TarEntry } from "../layer/tar-entry.ts";
import type { InstalledFile } from "./path-conflicts.ts";
import type { Wheel, WheelPart } from "./wheel.ts";
import type { WheelTarget } from "./wheel-target.ts";

/** Part of the cache key; raised when a wheel should give other entries. */
const RECIPE = 9;
/** Wheels fetched and listed at once. */
const PARALLEL = 8;

/** Where wheels go, and what making their layers needs. */
export interface WheelLayersQuestion {
  target: WheelTarget;
  /** Layers there may be. */
  limit: number;
  records: RecordStore;
  signal: AbortSignal;
  warn(message: string): void;
}

/**
 * The layers of an environment's wheels, at most `limit` of them, in the order {@link groupForLayers} puts them. Which
 * wheel a path comes from does not depend on that order.
 *
 * @throws ImageSpecError E_RESOLVE for a file that is not the wheel asked for, and for a path that is a file in one
 * wheel and a folder in another.
 */
export async function wheelLayers(wheels: readonly Wheel[], question: WheelLayersQuestion): Promise<LayerSource[]> {
  const { target, limit, records, warn } = question;
  const sorted = [...wheels].sort((a, b) => (normalName(a.name) < normalName(b.name) ? -1 : 1));
  const compare = () => conflicts(sorted, question);
  const key = sorted.map((wheel) => listKey(wheel, target));
  // The lists have megabytes, what follows from them a few bytes; but other machines need the lists, for other sets of
  // wheels.
  const { without, warnings } = records.isShared
    ? await compare()
    : await records.known("wheel-conflicts", key, compare);
  warnings.forEach(warn);
  const parts = sorted.map((wheel, at) => ({ wheel, without: new Set(without[at]) }));
  const describe = ({ wheel: { name, size } }: WheelPart) => ({ name: normalName(name), size });
  return groupForLayers(parts, describe, limit).map((group) => wheelLayer(group, target));
}

/** What each of the wheels leaves to others, and what is to be said of that. */
async function conflicts(
  wheels: readonly Wheel[],
  question: WheelLayersQuestion,
): Promise<{ without: string[][]; warnings: string[] }> {
  const { signal } = question;
  const listed = await inParallel(wheels, { most: PARALLEL, signal }, (wheel, either) =>
    listFiles(wheel, { ...question, signal: either }),
  );
  const distributions = wheels.map(({ name, version }, at) => ({
    distribution: `${name} ${version}`,
    files: listed[at] ?? [],
  }));
  const { keepLast, refuseFileAndFolder } = await import("./path-conflicts.ts");
  // As an installation by uv fails.
  refuseFileAndFolder(distributions, "E_RESOLVE");
  const { without, warnings } = keepLast(distributions);
  return { without: without.map((paths) => [...paths]), warnings };
}

function listKey(wheel: Wheel, target: WheelTarget): object {
  const { sha256, name, version } = wheel;
  return { wheel: sha256, name, version, target, ...noted(wheel), recipe: RECIPE };
}

function listFiles(wheel: Wheel, { target, records, signal }: WheelLayersQuestion): Promise<InstalledFile[]> {
  return records.known("wheel-files", listKey(wheel, target), async () => {
    signal.throwIfAborted();
    const { wheelFiles } = await import("./wheel-contents.ts");
    return wheelFiles(wheel, target, signal);
  });
}

function wheelLayer(parts: readonly WheelPart[], target: WheelTarget): LayerSource {
  const omitted = parts.flatMap(({ wheel, without }) =>
    without.size === 0 ? [] : [[wheel.sha256, ...[...without].sort()]],
  );
  return {
    key: {
      wheels: parts.map(({ wheel }) => wheel.sha256),
      ...(parts.some(({ wheel }) => "notes" in noted(wheel)) && { notes: parts.map(({ wheel }) => noted(wheel)) }),
      without: omitted.length === 0 ? undefined : omitted,
      target,
      recipe: RECIPE,
    },
    title: `python packages: ${parts.map(({ wheel }) => `${wheel.name} ${wheel.version}`).join(", ")}`,
    entries: (signal) => addParentFolders(entriesOf(parts, target, signal), target.prefix),
  };
}

/** A wheel's notes, for a key; none for a wheel without. */
function noted({ notes = {} }: Wheel): Pick<Wheel, "notes"> {
  return Object.keys(notes).length === 0 ? {} : { notes };
}

/** What reads wheels is loaded where a layer is made: mostly all of them are there. */
async function* entriesOf(
  parts: readonly WheelPart[],
  target: WheelTarget,
  signal: AbortSignal,
): AsyncGenerator<TarEntry> {
  const { wheelsEntries } = await import("./wheel-contents.ts");
  yield* wheelsEntries(parts, target, signal);
}
