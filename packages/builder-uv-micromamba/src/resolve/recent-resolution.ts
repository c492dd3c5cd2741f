import type { PackagesStep, ShippedFile } from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import type { RecordStore } from "../cache/record-store.ts";
import type { PythonTarget } from "../target/python-target.ts";
import type { ResolvedDistributions } from "./resolved-wheel.ts";

/** Arguments that use sources other than indexes, or ask for the newest versions. */
const NOT_KEPT = /^(-U|-P|-f|--upgrade|--refresh|--find-links|--exclude-newer|--no-cache)/;

export interface ResolutionQuestion {
  step: PackagesStep;
  /** Of the uv that chooses the versions. */
  uvImage: string;
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
  const { step, uvImage, target, files, installed } = question;
  if (step.secrets.length > 0 || step.extraArgs.some((argument) => NOT_KEPT.test(argument))) return resolve();
  const shipped = files.filter(({ path }) => path.startsWith("requirements/"));
  const key = {
    step,
    uvImage,
    target,
    // Raised when a resolution should come out as another.
    recipe: 2,
    installed: installed.map(({ name, version }) => `${name} ${version}`),
    files: shipped.map((file) => [file.path, file.type === "file" ? file.sha256 : ""]),
  };
  // A file beside the resolution, or behind an address, may be another one the next time.
  const kept = ({ wheels, sources }: ResolvedDistributions) =>
    [...wheels, ...sources].every(({ directUrl }) => directUrl === undefined) &&
    [...wheels.map(({ url }) => url), ...sources.map(({ archive }) => archive?.url)].every(
      (url) => !url?.startsWith("file:"),
    );
  return records.recent("recent-resolutions", key, { force: options.fresh, ask: resolve, kept });
}
