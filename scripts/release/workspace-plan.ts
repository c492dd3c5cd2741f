import { readConfig } from "@changesets/config";
import { readChangesets } from "@changesets/read";
import type { Config, Packages, ReleasePlan } from "@changesets/types";
import { getPackages } from "@manypkg/get-packages";
import { releasePlan } from "./release-plan.ts";

export interface WorkspacePlan {
  packages: Packages;
  config: Config;
  plan: ReleasePlan;
}

/** What the changesets that lie in the workspace at `root` would release. Throws when its configuration is wrong. */
export async function workspacePlan(root: string): Promise<WorkspacePlan> {
  const found = await getPackages(root);
  const packages = found as unknown as Packages;
  const { config, errors } = await readConfig(root, packages);
  if (config === undefined) throw new Error(`.changeset/config.json is wrong: ${errors.join("; ")}`);
  return { packages, config, plan: releasePlan(await readChangesets(root), packages, config) };
}
