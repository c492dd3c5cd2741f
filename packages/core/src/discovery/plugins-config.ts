import { dirname, isAbsolute, resolve } from "node:path";
import type { ImageSpecError } from "@imagespec/registry";
import { loadConfig } from "../config/load-config.ts";
import { readBuilderManifest } from "./builder-manifest.ts";
import { type BuilderCandidate, DEFAULT_PRIORITY, loadedCandidate } from "./candidate.ts";
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
export async function readPluginsConfig(
  file: string,
  modules?: PluginModules,
): Promise<{ candidates: BuilderCandidate[]; diagnostics: Diagnostic[] }> {
  const { plugins = [] } = await loadConfig(file);
  return readPlugins(plugins, { file, origin: `plugins of ${file}`, modules });
}

/**
 * What is done with a module named by its path: only the module knows its builder's type, so it is imported; or it is listed
 * by its path, without running it; or it is left out.
 */
export type PluginModules = "import" | "list" | "leave-out";

/** The builders of a `plugins` list; names and paths are looked up from the folder of `file`. */
export async function readPlugins(
  plugins: readonly unknown[],
  { file, origin, modules = "import" }: { file: string; origin: string; modules?: PluginModules | undefined },
): Promise<{ candidates: BuilderCandidate[]; diagnostics: Diagnostic[] }> {
  const candidates: BuilderCandidate[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const plugin of plugins) {
    if (isBuilder(plugin)) {
      candidates.push(loadedCandidate(plugin, DEFAULT_PRIORITY, origin));
    } else if (typeof plugin !== "string") {
      const message = "an entry of `plugins` is neither a package name, a path nor a builder";
      diagnostics.push({
        subject: file,
        path: file,
        message,
        hint: 'Write `plugins: ["@scope/package", "./builder.mjs"]`.',
      });
    } else if (isPath(plugin) && modules === "leave-out") {
      diagnostics.push({
        subject: plugin,
        path: file,
        message: "is named by its path, and IMAGESPEC_PLUGINS=off runs no such module",
        hint: "Unset IMAGESPEC_PLUGINS, or register the builder in code.",
      });
    } else if (isPath(plugin)) {
      const module = resolve(dirname(file), plugin);
      const load = () => importBuilder(module, origin);
      if (modules === "list") {
        const summary = "a module whose type is known once it is imported";
        candidates.push({ type: plugin, priority: DEFAULT_PRIORITY, origin, file: module, summary, load });
        continue;
      }
      try {
        candidates.push({ ...loadedCandidate(await load(), DEFAULT_PRIORITY, origin), file: module });
      } catch (error) {
        const { message, hint } = error as ImageSpecError;
        diagnostics.push({
          subject: plugin,
          path: module,
          message,
          hint: hint ?? "Correct the module, or take it out of `plugins`.",
        });
      }
    } else {
      const found = await pluginPackage(plugin, dirname(file));
      if ("message" in found) diagnostics.push(found);
      else {
        candidates.push(...found.candidates);
        diagnostics.push(...found.diagnostics);
      }
    }
  }
  return { candidates, diagnostics };
}

async function pluginPackage(name: string, root: string) {
  const folder = await locatePackage(name, root);
  if (folder === undefined) {
    const hint = `Install ${name} in ${root}.`;
    return { subject: name, path: root, message: "named in `plugins` and not installed", hint } satisfies Diagnostic;
  }
  const manifest = await readBuilderManifest(folder);
  if (manifest === undefined) {
    const hint = 'Declare its builders under "imagespec" in its package.json.';
    return {
      subject: name,
      path: folder,
      message: "named in `plugins` and declares no builder",
      hint,
    } satisfies Diagnostic;
  }
  return "message" in manifest ? manifest : packageCandidates(manifest);
}

function isPath(plugin: string): boolean {
  return plugin.startsWith("./") || plugin.startsWith("../") || isAbsolute(plugin);
}
