import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import type { TarEntry } from "../layer/tar-entry.ts";
import { wheelEntries } from "./wheel-entries.ts";
import { normalizeName } from "./wheel-name.ts";
import type { WheelTarget } from "./wheel-target.ts";
import { ZipArchive } from "./zip-archive.ts";

/** Raised when the entries made of a wheel should differ. */
const RECIPE = 2;

/** A wheel that goes into the image; its file is fetched only when a layer that holds it must be made. */
export interface Wheel {
  name: string;
  version: string;
  filename: string;
  sha256: string;
  size: number;
  fetch(signal: AbortSignal): Promise<string>;
}

/** The layers of an environment's wheels, at most `limit` of them, in the order {@link groupForLayers} puts them. */
export function wheelLayers(wheels: readonly Wheel[], target: WheelTarget, limit: number): LayerSource[] {
  const groups = groupForLayers(wheels, ({ name, size }) => ({ name: normalizeName(name), size }), limit);
  return groups.map((group) => wheelLayer(group, target));
}

function wheelLayer(wheels: readonly Wheel[], target: WheelTarget): LayerSource {
  return {
    key: { wheels: wheels.map((wheel) => wheel.sha256), target, recipe: RECIPE },
    title: `python packages: ${wheels.map((wheel) => `${wheel.name} ${wheel.version}`).join(", ")}`,
    entries: (signal) => addParentFolders(groupEntries(wheels, target, signal), target.prefix),
  };
}

async function* groupEntries(
  wheels: readonly Wheel[],
  target: WheelTarget,
  signal: AbortSignal,
): AsyncGenerator<TarEntry> {
  // Two distributions may ship the same file (the __init__.py of an old namespace package): the first one stays.
  const seen = new Set<string>();
  const files = await Promise.all(wheels.map((wheel) => wheel.fetch(signal)));
  for (const [at, wheel] of wheels.entries()) {
    const zip = await ZipArchive.open(files[at] as string, wheel.filename);
    try {
      for (const entry of await wheelEntries(zip, target, wheel.filename)) {
        if (seen.has(entry.path)) continue;
        seen.add(entry.path);
        yield entry;
      }
    } finally {
      await zip.close();
    }
  }
}
