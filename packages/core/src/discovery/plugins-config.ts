import { dirname, isAbsolute, resolve } from "node:path";
import type { ImageSpecError } from "@imagespec/registry";
import { loadConfig } from "../config/load-config.ts";
import { readBuilderManifest } from "./builder-manifest.ts";
import { type BuilderCandidate, DEFAULT_PRIORITY, type Discovery, discovery, loadedCandidate } from "./candidate.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { importBuilder, isBuilder } from "./import-builder.ts";
import { locatePackage } from "./locate-package.ts";
import { packageCandidates } from "./package-candidates.ts";

/**
 * Reads `plugins` of an `imagespec.config.*`: names of packages, paths of modules (relative to the
 * config file) or, in code, builder objects.
 *
 * @throws ImageSpecError E_INPUT_FILE when the config cannot be loaded or is wrong.
 */
export async function readPluginsConfig(file: string, modules?: PluginModules): Promise<Discovery> {
  const { plugins = [] } = await loadConfig(file);
  return readPlugins(plugins, { file, origin: `plugins of ${file}`, modules });
}

/**
 * What is done with a module named by its path: only the module knows its builder's type, so it is imported; or it is
 * listed by its path, without running it; or it is left out.
 */
export type PluginModules = "import" | "list" | "leave-out";

/** Where a `plugins` list stands: names and paths are looked up from the folder of `file`. */
interface PluginsPlace {
  file: string;
  origin: string;
  modules?: PluginModules | undefined;
}

/** The builders of a `plugins` list. */
export async function readPlugins(plugins: readonly unknown[], place: PluginsPlace): Promise<Discovery> {
  const found: Found[] = [];
  for (const plugin of plugins) found.push(await readPlugin(plugin, place));
  return discovery(found.flat());
}

type Found = BuilderCandidate | Diagnostic | (BuilderCandidate | Diagnostic)[];

async function readPlugin(plugin: unknown, { file, origin, modules = "import" }: PluginsPlace): Promise<Found> {
  if (isBuilder(plugin)) return loadedCandidate(plugin, DEFAULT_PRIORITY, origin);
  if (typeof plugin !== "string") {
    const message = "an entry of `plugins` is neither a package name, a path nor a builder";
    return { subject: file, path: file, message, hint: 'Write `plugins: ["@scope/package", "./builder.mjs"]`.' };
  }
  if (!isPath(plugin)) return pluginPackage(plugin, dirname(file));
  if (modules === "leave-out") {
    const message = "is named by its path, and IMAGESPEC_PLUGINS=off loads no such module";
    const hint = "Unset IMAGESPEC_PLUGINS, or register the builder in code.";
    return { subject: plugin, path: file, message, hint };
  }
  const module = resolve(dirname(file), plugin);
  const load = () => importBuilder(module, origin);
  if (modules === "list") {
    const summary = "a module whose type is known once it is imported";
    return { type: plugin, priority: DEFAULT_PRIORITY, origin, file: module, summary, load };
  }
  try {
    return { ...loadedCandidate(await load(), DEFAULT_PRIORITY, origin), file: module };
  } catch (error) {
    const { message, hint = "Correct the module, or take it out of `plugins`." } = error as ImageSpecError;
    return { subject: plugin, path: module, message, hint };
  }
}

async function pluginPackage(name: string, root: string): Promise<Found> {
  const folder = await locatePackage(name, root);
  if (folder === undefined) {
    const hint = `Install ${name} in ${root}.`;
    return { subject: name, path: root, message: "named in `plugins` and not installed", hint };
  }
  const manifest = await readBuilderManifest(folder);
  if (manifest === undefined) {
    const hint = 'Declare its builders under "imagespec" in its package.json.';
    return { subject: name, path: folder, message: "named in `plugins` and declares no builder", hint };
  }
  return "message" in manifest ? manifest : packageCandidates(manifest);
}

function isPath(plugin: string): boolean {
  return plugin.startsWith("./") || plugin.startsWith("../") || isAbsolute(plugin);
}
