import { ImageSpecError, normalName } from "@imagespec/core/builder";
import { sameVersion, withoutLocal } from "../wheel/version.ts";
import { isProject, type Source, subjectOf } from "./source-kinds.ts";
import type { StaticMetadata } from "./wheel-metadata.ts";

/**
 * Checks that a wheel is the distribution that a lock or an index said its source is. The name always counts. The
 * version counts, as for uv, only for archives that were not asked for by address, and the wheel may add a local
 * version to it.
 *
 * @throws ImageSpecError E_RESOLVE when the wheel is another distribution.
 */
export function checkBuilt({ name, version }: StaticMetadata, source: Source): void {
  const isNamed = normalName(name) === normalName(source.name);
  const stated = isProject(source) || !source.archive || source.directUrl !== undefined ? undefined : source.version;
  const isVersion = stated === undefined || [version, withoutLocal(version)].some((one) => sameVersion(one, stated));
  if (isNamed && isVersion) return;
  throw new ImageSpecError(
    "E_RESOLVE",
    `${subjectOf(source)} is built into a wheel that calls itself ${name} ${version}`,
    { hint: "Use another version of the package, or report it to its authors." },
  );
}
