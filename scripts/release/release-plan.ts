import { existsSync } from "node:fs";
import { join } from "node:path";
import { assembleReleasePlan } from "@changesets/assemble-release-plan";
import type { Config, NewChangeset, Packages, ReleasePlan } from "@changesets/types";

/**
 * What a set of changesets releases, by the rules of changesets and three more. Who depends on a package that gets a
 * major version, as a peer or otherwise, gets one too: changesets would call it a patch, and `^1` would take it. A
 * program that is published as a bundle (it has a `bundle.ts`) is released with whatever is in it: its range would
 * never bring the change to anybody. And a package without a changelog was never published: its first release is the
 * version its manifest states.
 */
export function releasePlan(changesets: readonly NewChangeset[], packages: Packages, config: Config): ReleasePlan {
  const all = [...changesets];
  for (;;) {
    const plan = assembleReleasePlan(all, packages, config, undefined);
    const released = new Set(plan.releases.filter(({ type }) => type !== "none").map(({ name }) => name));
    const stale = packages.packages.flatMap(({ packageJson: { name }, dir }) => {
      if (released.has(name) || !existsSync(join(dir, "bundle.ts"))) return [];
      const holds = [...bundledIn(name, packages)].find((one) => released.has(one));
      return holds === undefined ? [] : [{ name, holds }];
    });
    for (const { name, holds } of stale) {
      all.push(changesetOf(`holds-${holds}-${name}`, `Holds the new version of ${holds}.`, { name, type: "patch" }));
    }
    if (stale.length > 0) continue;
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
      all.push(changesetOf(`needs-${needs}-${name}`, summary, { name, type: "major" }));
    }
  }
}

function changesetOf(id: string, summary: string, release: NewChangeset["releases"][number]): NewChangeset {
  return { id: id.replaceAll(/[@/]/g, ""), summary, releases: [release] };
}

/** The packages of the workspace inside a bundled program: its own dependencies and theirs. */
function bundledIn(program: string, packages: Packages): ReadonlySet<string> {
  const manifests = new Map(packages.packages.map(({ packageJson }) => [packageJson.name, packageJson]));
  const held = new Set<string>();
  const take = (name: string, own: boolean): void => {
    const { dependencies, peerDependencies, devDependencies } = manifests.get(name) ?? {};
    for (const one of Object.keys({ ...dependencies, ...peerDependencies, ...(own ? devDependencies : undefined) })) {
      if (!manifests.has(one) || held.has(one)) continue;
      held.add(one);
      take(one, false);
    }
  };
  take(program, true);
  return held;
}

function first(release: ReleasePlan["releases"][number], packages: Packages): ReleasePlan["releases"][number] {
  const dir = packages.packages.find(({ packageJson }) => packageJson.name === release.name)?.dir;
  const isNew = dir !== undefined && !existsSync(join(dir, "CHANGELOG.md"));
  return isNew && release.type !== "none" ? { ...release, newVersion: release.oldVersion } : release;
}
