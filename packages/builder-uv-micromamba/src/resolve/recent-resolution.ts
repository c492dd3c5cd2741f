import type { PackagesStep, ShippedFile } from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import type { RecordStore } from "../cache/record-store.ts";
import type { PythonTarget } from "../target/python-target.ts";
import type { ResolvedDistributions } from "./resolved-wheel.ts";

/** Arguments that read other places than indexes, or ask for the newest versions: their result is not kept. */
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
 * The result of the same resolution from the last ten minutes, or else that of `resolve`, which is then kept. Nothing
 * is kept where secrets, direct addresses or arguments about freshness take part.
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
    // Raised when the same question should get another result.
    recipe: 2,
    installed: installed.map(({ name, version }) => `${name} ${version}`),
    files: shipped.map((file) => [file.path, file.type === "file" ? file.sha256 : ""]),
  };
  // A local file, or one behind a direct address, may have another content the next time.
  const kept = ({ wheels, sources }: ResolvedDistributions) =>
    [...wheels, ...sources].every(({ directUrl }) => directUrl === undefined) &&
    [...wheels.map(({ url }) => url), ...sources.map(({ archive }) => archive?.url)].every(
      (url) => !url?.startsWith("file:"),
    );
  return records.recent("recent-resolutions", key, { force: options.fresh, ask: resolve, kept });
}
