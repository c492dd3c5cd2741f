// pnpm release:version: writes versions and changelogs as the changesets ask, and deletes the changesets.
import { fileURLToPath } from "node:url";
import { applyReleasePlan } from "@changesets/apply-release-plan";
import { workspacePlan } from "./workspace-plan.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { plan, packages, config } = await workspacePlan(root);
await applyReleasePlan(plan, packages, config, undefined, root);
for (const { name, oldVersion, newVersion, type } of plan.releases) {
  if (type !== "none") console.log(`${name} ${oldVersion} -> ${newVersion}`);
}
