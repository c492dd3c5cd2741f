import { normalName } from "@imagespec/core/builder";
import { inParallel } from "@imagespec/registry/terms";
import type { RecordStore } from "../cache/record-store.ts";
import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import type { TarEntry } from "../layer/tar-entry.ts";
import { isCopied } from "../layer/tar-pieces.ts";
import { type InstalledFile, keepLast, refuseFileAndFolder } from "./path-conflicts.ts";
import { contentMark, wheelEntries } from "./wheel-entries.ts";
import type { WheelTarget } from "./wheel-target.ts";
import { ZipArchive } from "./zip-archive.ts";

/** Part of the cache key; raised when a wheel should give other entries. */
const RECIPE = 9;
/** Wheels fetched and listed at once. */
const PARALLEL = 8;

/** A wheel that goes into the image; its file is fetched only when its list of files or a layer must be made. */
export interface Wheel {
  name: string;
  version: string;
  filename: string;
  sha256: string;
  size: number;
  /** Files that its installer adds to its .dist-info, by name. */
  notes?: Readonly<Record<string, string>> | undefined;
  /** Whether it is made of the project's own sources, which change without their version. */
  isProject?: boolean | undefined;
  fetch(signal: AbortSignal): Promise<string>;
}

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
  // As an installation by uv fails.
  refuseFileAndFolder(distributions, "E_RESOLVE");
  const { without, warnings } = keepLast(distributions);
  return { without: without.map((paths) => [...paths]), warnings };
}

/** A wheel, and the paths it leaves to others. */
interface WheelPart {
  wheel: Wheel;
  without: ReadonlySet<string>;
}

function listKey(wheel: Wheel, target: WheelTarget): object {
  const { sha256, name, version } = wheel;
  return { wheel: sha256, name, version, target, ...noted(wheel), recipe: RECIPE };
}

function listFiles(wheel: Wheel, { target, records, signal }: WheelLayersQuestion): Promise<InstalledFile[]> {
  const { filename } = wheel;
  return records.known("wheel-files", listKey(wheel, target), async () => {
    signal.throwIfAborted();
    const zip = await ZipArchive.open(await wheel.fetch(signal), filename);
    try {
      const entries = await wheelEntries(zip, target, wheel);
      return entries.map((entry): InstalledFile => [entry.path, contentMark(entry)]);
    } finally {
      await zip.close();
    }
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
    entries: (signal) => addParentFolders(groupEntries(parts, target, signal), target.prefix),
  };
}

/** A wheel's notes, for a key; none for a wheel without. */
function noted({ notes = {} }: Wheel): Pick<Wheel, "notes"> {
  return Object.keys(notes).length === 0 ? {} : { notes };
}

async function* groupEntries(
  parts: readonly WheelPart[],
  target: WheelTarget,
  signal: AbortSignal,
): AsyncGenerator<TarEntry> {
  const files = await inParallel(parts, { most: PARALLEL, signal }, ({ wheel }, either) => wheel.fetch(either));
  for (const [at, { wheel, without }] of parts.entries()) {
    const zip = await ZipArchive.open(files[at] as string, wheel.filename);
    try {
      await zip.load();
      const entries = (await wheelEntries(zip, target, wheel)).filter(({ path }) => !without.has(path));
      // Small files compress best together with many others.
      yield* entries.filter((entry) => !isCopied(entry));
      yield* entries.filter(isCopied);
    } finally {
      await zip.close();
    }
  }
}
