import { join } from "node:path";
import { readBuilderManifest } from "./builder-manifest.ts";
import { type BuilderCandidate, byPriority, type Discovery, discovery } from "./candidate.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { configAmong } from "./find-config.ts";
import { FIRST_PARTY_BUILDERS, mayProvide } from "./first-party.ts";
import { isForeignPnpProject, locatePackage } from "./locate-package.ts";
import { packageCandidates } from "./package-candidates.ts";
import { type PluginModules, readPluginsConfig } from "./plugins-config.ts";
import { projectRoots, realFolder } from "./project-roots.ts";
import { readManifest } from "./read-manifest.ts";

const KINDS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;

export interface DiscoveryOptions {
  /** Folders to start from; the first one's project wins where two bring a builder of the same type. */
  starts: readonly string[];
  /** False: only what `imagespec.config.*` names (`IMAGESPEC_PLUGINS=off`). */
  dependencies?: boolean;
  /** The one dependency to look at; default: all of them. */
  only?: string | undefined;
  /** What is done with modules that the config names by their path; `import` by default. */
  modules?: PluginModules;
}

/**
 * Finds installed builders without running any code of their packages: the `plugins` of the project's config (of which
 * modules named by path are imported, unless they are only to be listed), then the direct dependencies of the nearest
 * package.json and of its workspace root. A transitive dependency is never looked at: to declare a dependency is to
 * trust it. What is broken becomes a diagnostic.
 *
 * @throws ImageSpecError E_INPUT_FILE when an imagespec.config.* cannot be loaded.
 */
export async function discoverBuilders(options: DiscoveryOptions): Promise<Discovery> {
  const found = new Map<string, BuilderCandidate>();
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const start of options.starts) {
    const folder = await realFolder(start);
    const roots = await projectRoots(folder);
    const config = configAmong([...new Set([folder, ...roots])]);
    if (config !== undefined && !seen.has(config)) {
      seen.add(config);
      const named = await readPluginsConfig(config, options.modules);
      diagnostics.push(...named.diagnostics);
      for (const candidate of named.candidates) if (!found.has(candidate.type)) found.set(candidate.type, candidate);
    }
    if (options.dependencies === false) continue;
    for (const root of roots) {
      if (seen.has(root)) continue;
      seen.add(root);
      const installed = await dependenciesWithBuilders(root, options.only);
      diagnostics.push(...installed.diagnostics);
      addUnambiguous(installed.candidates, found, diagnostics);
    }
  }
  return { candidates: [...found.values()].sort(byPriority), diagnostics };
}

async function dependenciesWithBuilders(root: string, only: string | undefined): Promise<Discovery> {
  const path = join(root, "package.json");
  const broken = (message: string, hint: string) => discovery([{ subject: root, path, message, hint }]);
  if (isForeignPnpProject(root)) {
    const message = "is a Yarn PnP project; its packages cannot be seen from outside";
    return broken(message, "Run imagespec through yarn: `yarn imagespec`.");
  }
  const names = await dependencyNames(path);
  if (typeof names === "string") return broken(names, "Correct package.json.");
  const asked = only === undefined ? names : names.filter((name) => name === only);
  return discovery((await Promise.all(asked.map((name) => buildersOf(name, root)))).flat());
}

/** By the name the project declared, since a package may call itself anything. */
async function buildersOf(dependency: string, root: string): Promise<(BuilderCandidate | Diagnostic)[]> {
  const folder = await locatePackage(dependency, root);
  const manifest = folder === undefined ? undefined : await readBuilderManifest(folder);
  if (manifest === undefined) return [];
  if ("message" in manifest) return [manifest];
  return (await packageCandidates(manifest)).map((one) => {
    const isReserved = "load" in one && !mayProvide(dependency, one.type);
    return isReserved ? reservedName(dependency, one.type, manifest.folder) : one;
  });
}

async function dependencyNames(path: string): Promise<string[] | string> {
  try {
    const manifest = JSON.parse(await readManifest(path)) as Record<string, unknown> | null;
    const names = KINDS.flatMap((kind) => Object.keys((manifest?.[kind] as object | undefined) ?? {}));
    return [...new Set(names)].filter((name) => /^(@[\w.-]+\/)?[\w.-]+$/.test(name) && !name.includes("..")).sort();
  } catch (error) {
    return `package.json cannot be read: ${(error as Error).message}`;
  }
}

/** Two packages of one project provide the same type: neither is used, since choosing one would be a guess. */
function addUnambiguous(
  candidates: readonly BuilderCandidate[],
  found: Map<string, BuilderCandidate>,
  diagnostics: Diagnostic[],
): void {
  const byType = Map.groupBy(candidates, (candidate) => candidate.type);
  for (const [type, [first, second]] of byType) {
    if (first === undefined || found.has(type)) continue;
    if (second === undefined) {
      found.set(type, first);
      continue;
    }
    diagnostics.push({
      subject: first.origin,
      path: first.file ?? "",
      type,
      message: `${first.origin} and ${second.origin} both bring a builder "${type}"`,
      hint: "Name one of them under `plugins` in imagespec.config.json.",
    });
  }
}

function reservedName(packageName: string, type: string, folder: string): Diagnostic {
  const owner = FIRST_PARTY_BUILDERS.get(type);
  return {
    subject: packageName,
    path: join(folder, "package.json"),
    type,
    message: `brings a builder "${type}"; that name is kept for ${owner ?? "imagespec itself"}`,
    hint: `Name ${packageName} under \`plugins\` in imagespec.config.json to use it all the same.`,
  };
}
