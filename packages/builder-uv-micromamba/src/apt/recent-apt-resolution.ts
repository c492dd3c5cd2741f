import type { BuildSession } from "../session/build-session.ts";
import { type AptQuestion, type AptResolution, resolvePackages } from "./resolve-packages.ts";

/** apt's answer to the same question if it is at most ten minutes old; else a new one, which is then kept. */
export function recentAptResolution(
  session: BuildSession,
  question: Omit<AptQuestion, "root" | "signal" | "onLine">,
): Promise<AptResolution> {
  const { records, cache, signal, warn, log, request } = session;
  const { base, architecture, packages, mirrors } = question;
  const key = { base: base.layers, architecture, packages, mirrors, recipe: 1 };
  const ask = () => cache.withScratch(warn, (root) => resolvePackages({ ...question, root, signal, onLine: log }));
  return records.recent("apt-resolutions", key, { force: request.force, ask });
}
