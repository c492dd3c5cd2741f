import { isFresh } from "../cache/is-fresh.ts";
import type { BuildSession } from "../session/build-session.ts";
import { type AptQuestion, type AptResolution, resolvePackages } from "./resolve-packages.ts";

/** apt's answer to the same question if it is at most ten minutes old; else a new one, which is then kept. */
export async function recentAptResolution(
  session: BuildSession,
  question: Omit<AptQuestion, "root" | "signal" | "onLine">,
): Promise<AptResolution> {
  const { records, cache, signal, warn, log, request } = session;
  const { base, architecture, packages, mirrors } = question;
  const key = { base: base.layers, architecture, packages, mirrors, recipe: 1 };
  const known = request.force
    ? undefined
    : await records.get<{ at: number; resolution: AptResolution }>("apt-resolutions", key);
  if (known !== undefined && isFresh(known.at)) return known.resolution;
  const resolution = await cache.withScratch(warn, (root) =>
    resolvePackages({ ...question, root, signal, onLine: log }),
  );
  await records.set("apt-resolutions", key, { at: Date.now(), resolution });
  return resolution;
}
