import { inParallel } from "@imagespec/registry/terms";
import type { TarEntry } from "../layer/tar-entry.ts";
import { isCopied } from "../layer/tar-pieces.ts";
import type { InstalledFile } from "./path-conflicts.ts";
import type { Wheel, WheelPart } from "./wheel.ts";
import { contentMark, wheelEntries } from "./wheel-entries.ts";
import type { WheelTarget } from "./wheel-target.ts";
import { ZipArchive } from "./zip-archive.ts";

/** Wheels fetched at once. */
const PARALLEL = 8;

/** The files that a wheel installs, each with what its content is told by. */
export async function wheelFiles(wheel: Wheel, target: WheelTarget, signal: AbortSignal): Promise<InstalledFile[]> {
  const zip = await ZipArchive.open(await wheel.fetch(signal), wheel.filename);
  try {
    const entries = await wheelEntries(zip, target, wheel);
    return entries.map((entry): InstalledFile => [entry.path, contentMark(entry)]);
  } finally {
    await zip.close();
  }
}

/** What wheels that share a layer put there, one wheel after the other. */
export async function* wheelsEntries(
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
