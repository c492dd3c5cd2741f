// node scripts/budgets.ts: how many packages and bytes each published package installs, whether any of them runs a
// script on installation, and what importing core costs. Fails when a size budget is exceeded.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packedPackages } from "./release/packed-packages.ts";

interface Manifest {
  name: string;
  version: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];
const GOAL_IMPORT_MS = 60;
const IMPORT_TRIES = 15;
const MB = 1_000_000;
/** Most packages in total, counting the package itself, and most bytes. */
const BUDGETS = [
  { of: /^@imagespec\/core$/, packages: 25, bytes: 12 * MB },
  // Two libraries that cannot be had smaller, rattler (7 MB) and the bare-* packages of tar-stream (7 MB).
  { of: /^@imagespec\/builder-uv-micromamba$/, packages: 60, bytes: 26 * MB },
  { of: /^@imagespec\/builder-/, packages: 60, bytes: 25 * MB },
];

const faults: string[] = [];
const own = await packedPackages();
const ownSizes = new Map(own.map(({ name, files }) => [name, files.reduce((total, { size }) => total + size, 0)]));
for (const { name, folder } of own) {
  const tree = treeOf(folder);
  let bytes = 0;
  for (const [path, manifest] of tree) {
    bytes += ownSizes.get(manifest.name) ?? sizeOf(path);
    const script = INSTALL_SCRIPTS.find((one) => manifest.scripts?.[one] !== undefined);
    if (script !== undefined) faults.push(`${name}: ${manifest.name}@${manifest.version} runs a script '${script}'`);
    if (readdirSync(path).includes("binding.gyp")) {
      faults.push(`${name}: ${manifest.name}@${manifest.version} is compiled when it is installed`);
    }
  }
  const budget = BUDGETS.find(({ of }) => of.test(name));
  const most = budget === undefined ? "" : ` (at most ${budget.packages} and ${budget.bytes / MB} MB)`;
  console.log(`${name}: ${tree.size} packages, ${(bytes / MB).toFixed(1)} MB${most}`);
  if (budget !== undefined && tree.size > budget.packages) faults.push(`${name} brings ${tree.size} packages`);
  if (budget !== undefined && bytes > budget.bytes) faults.push(`${name} brings ${(bytes / MB).toFixed(1)} MB`);
}

const cost = importCost();
// Printed but not judged: a time measured on a busy machine says little.
console.log(`import of @imagespec/core: ${cost.toFixed(0)} ms of CPU above bare Node (goal: ${GOAL_IMPORT_MS})`);
for (const fault of faults) console.error(`budgets: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** What `npm install` of the package in `folder` puts on the disk: itself, its dependencies and required peers. */
function treeOf(folder: string, found = new Map<string, Manifest>()): Map<string, Manifest> {
  if (found.has(folder)) return found;
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  found.set(folder, manifest);
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
  );
  for (const name of [...Object.keys(manifest.dependencies ?? {}), ...peers]) treeOf(locate(name, folder), found);
  for (const name of Object.keys(manifest.optionalDependencies ?? {})) {
    // Those for other systems are not installed.
    const optional = locateIfThere(name, folder);
    if (optional !== undefined) treeOf(optional, found);
  }
  return found;
}

function locate(name: string, from: string): string {
  const found = locateIfThere(name, from);
  if (found === undefined) throw new Error(`${name}, which ${from} needs, is not installed`);
  return found;
}

function locateIfThere(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      return realpathSync(join(folder, "node_modules", name));
    } catch {
      if (dirname(folder) === folder) return undefined;
    }
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.slice(folder.length).includes("/node_modules"))
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The cheapest of several tries: whatever else the machine does can only add to it. */
function importCost(): number {
  const core = fileURLToPath(new URL("../packages/core", import.meta.url));
  const cpu = (code: string) => {
    const print = "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)";
    const args = ["--input-type=module", "--eval", `${code}; ${print}`];
    return Number(execFileSync(process.execPath, args, { cwd: core, encoding: "utf8" }));
  };
  let bare = Number.POSITIVE_INFINITY;
  let loaded = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < IMPORT_TRIES; tries++) {
    bare = Math.min(bare, cpu(""));
    loaded = Math.min(loaded, cpu('await import("@imagespec/core")'));
  }
  return loaded - bare;
}
