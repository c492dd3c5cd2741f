// pnpm changeset:check [BASE]: fails when a published package changed since BASE (origin/main, or main in a clone
// without a remote) and no changeset that was added since names it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingChangesets } from "./missing-changesets.ts";
import { publishedPackages } from "./published-packages.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isCommit = (name: string) =>
  spawnSync("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`], { cwd: root }).status === 0;
const candidates = process.argv[2] === undefined ? ["origin/main", "main"] : [process.argv[2]];
const base = candidates.find(isCommit);
if (base === undefined) {
  console.error(`changeset:check: git knows no commit called ${candidates.join(" or ")}`);
  process.exit(2);
}
const changed = execFileSync("git", ["diff", "--name-only", "--merge-base", base], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter(Boolean);
const changesets = changed
  .filter((path) => /^\.changeset\/[^/]+\.md$/.test(path) && existsSync(join(root, path)))
  .map((path) => readFileSync(join(root, path), "utf8"));
const names = new Map(publishedPackages().map(({ name, folder }) => [folder.slice(root.length), name]));
const missing = missingChangesets(changed, changesets, names);
for (const name of missing) console.error(`changeset:check: ${name} changed since ${base} and no changeset names it`);
if (missing.length > 0) console.error("changeset:check: run `pnpm changeset`");
process.exitCode = missing.length === 0 ? 0 : 1;
