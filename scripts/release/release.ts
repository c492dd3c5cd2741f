// pnpm release [--dry-run]: publishes every package whose version the registry does not hold. With --dry-run it only
// prints what the changesets would release, which version each package gets, and why.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publishedPackages } from "./published-packages.ts";
import { reasonsOf } from "./reasons.ts";
import { workspacePlan } from "./workspace-plan.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { plan } = await workspacePlan(root);
const releases = plan.releases.filter(({ type }) => type !== "none");
if (process.argv.includes("--dry-run")) dryRun();
else publish();

function dryRun(): void {
  if (releases.length === 0) {
    console.log(
      "There is no changeset. `pnpm release` publishes each of these packages whose version the registry lacks:",
    );
    for (const { name, version } of publishedPackages()) console.log(`${name} ${version}`);
    return;
  }
  for (const release of releases) {
    const { name, type, oldVersion, newVersion } = release;
    const step = newVersion === oldVersion ? "first release" : `${type}, from ${oldVersion}`;
    console.log(`${name} ${newVersion} (${step})`);
    for (const reason of reasonsOf(release, plan)) console.log(`  - ${reason}`);
  }
}

function publish(): void {
  if (releases.length > 0) {
    console.error("release: there are changesets; run `pnpm release:version` and commit its changes first");
    process.exitCode = 1;
    return;
  }
  // The compiler does not delete its output for sources that are gone.
  for (const { folder } of publishedPackages()) {
    rmSync(join(folder, "dist"), { recursive: true, force: true });
    rmSync(join(folder, "tsconfig.tsbuildinfo"), { force: true });
  }
  for (const args of [
    ["run", "build"],
    ["run", "check-packed"],
    ["exec", "changeset", "publish"],
  ]) {
    const { status } = spawnSync("pnpm", args, { cwd: root, stdio: "inherit" });
    if (status === 0) continue;
    process.exitCode = status ?? 1;
    return;
  }
}
