import type { PackagesStep, ShippedFile } from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/base-inspector.ts";
import { isFresh } from "../cache/is-fresh.ts";
import type { RecordStore } from "../cache/record-store.ts";
import type { PythonTarget } from "../target/python-target.ts";
import type { ResolvedDistributions } from "./resolved-wheel.ts";

/** Arguments that use sources other than indexes, or ask for the newest versions. */
const NOT_KEPT = /^(-U|-P|-f|--upgrade|--refresh|--find-links|--exclude-newer|--no-cache)/;

export interface ResolutionQuestion {
  step: PackagesStep;
  target: PythonTarget;
  files: readonly ShippedFile[];
  installed: readonly InstalledDistribution[];
}

/**
 * The kept result of the same resolution if it is at most ten minutes old; else that of `resolve`, which is then kept.
 * With secrets, direct addresses or arguments about freshness nothing is kept.
 */
export async function recentResolution(
  records: RecordStore,
  question: ResolutionQuestion,
  resolve: () => Promise<ResolvedDistributions>,
  options: { fresh: boolean },
): Promise<ResolvedDistributions> {
  const { step, target, files, installed } = question;
  const direct = step.source.from === "requirements" && step.source.packages.some((name) => name.includes("@"));
  if (direct || step.secrets.length > 0 || step.extraArgs.some((argument) => NOT_KEPT.test(argument))) return resolve();
  const shipped = files.filter(({ path }) => path.startsWith("requirements/"));
  const key = {
    step,
    target,
    installed: installed.map(({ name, version }) => `${name} ${version}`),
    files: shipped.map((file) => [file.path, file.type === "file" ? file.sha256 : ""]),
  };
  const known = options.fresh
    ? undefined
    : await records.get<{ at: number; found: ResolvedDistributions }>("resolved", key);
  if (known !== undefined && isFresh(known.at)) return known.found;
  const found = await resolve();
  // A file beside the resolution may be another one the next time.
  const addresses = [...found.wheels.map(({ url }) => url), ...found.sources.map(({ archive }) => archive?.url ?? "")];
  if (addresses.every((url) => !url.startsWith("file:"))) await records.set("resolved", key, { at: Date.now(), found });
  return found;
}
