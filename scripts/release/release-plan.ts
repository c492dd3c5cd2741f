import { existsSync } from "node:fs";
import { join } from "node:path";
import { assembleReleasePlan } from "@changesets/assemble-release-plan";
import type { Config, NewChangeset, Packages, ReleasePlan } from "@changesets/types";

/**
 * What a set of changesets releases, by the rules of changesets and two more. Who depends on a package that gets a major
 * version, as a peer or otherwise, gets one too: changesets would call it a patch, and `^1` would take it. And a
 * package without a changelog was never published: its first release is the version its manifest states.
 */
export function releasePlan(changesets: readonly NewChangeset[], packages: Packages, config: Config): ReleasePlan {
  const all = [...changesets];
  for (;;) {
    const plan = assembleReleasePlan(all, packages, config, undefined);
    const majors = new Set(plan.releases.filter(({ type }) => type === "major").map(({ name }) => name));
    const behind = packages.packages.flatMap(({ packageJson }) => {
      if (packageJson.private === true || majors.has(packageJson.name)) return [];
      const { dependencies, optionalDependencies, peerDependencies } = packageJson;
      const needed = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
      const major = needed.find((name) => majors.has(name));
      return major === undefined ? [] : [{ name: packageJson.name, needs: major }];
    });
    if (behind.length === 0) return { ...plan, releases: plan.releases.map((release) => first(release, packages)) };
    for (const { name, needs } of behind) {
      const summary = `Needs the new major version of ${needs}.`;
      all.push({ id: `needs-${needs}-${name}`.replaceAll(/[@/]/g, ""), summary, releases: [{ name, type: "major" }] });
    }
  }
}

function first(release: ReleasePlan["releases"][number], packages: Packages): ReleasePlan["releases"][number] {
  const dir = packages.packages.find(({ packageJson }) => packageJson.name === release.name)?.dir;
  const isNew = dir !== undefined && !existsSync(join(dir, "CHANGELOG.md"));
  return isNew && release.type !== "none" ? { ...release, newVersion: release.oldVersion } : release;
}
