import { posix } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";
import type { BaseEnvironment, BaseInspector } from "../base/base-inspector.ts";
import { foldersOf } from "../base/folders-of.ts";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import { plainFolder } from "../base/plain-folder.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { whiteout } from "../layer/tar-entry.ts";
import { parseRecord } from "../wheel/record.ts";

/**
 * The paths that are removed with distributions of the base, sorted: every file in the environment that their RECORD
 * names, its bytecode, and the .dist-info folder if RECORD names all that is in it.
 *
 * @throws ImageSpecError E_UNSUPPORTED for one without a RECORD, whose files nobody knows, and for one with a link on
 * the way to a file, which uv does not take out.
 */
export async function removedPaths(
  environment: BaseEnvironment,
  outdated: readonly InstalledDistribution[],
  inspector: BaseInspector,
): Promise<string[]> {
  const { tree } = inspector;
  const prefix = environment.prefix.slice(1);
  const site = `${prefix}/lib/python${environment.python.minor}/site-packages`;
  const paths = new Set<string>();
  const plain = new Map<string, unknown>();
  // In uv's environments lib64 is a link to lib, and a RECORD may name files through it.
  const isLinked = (await tree.get(`${prefix}/lib64`))?.type === "symlink";
  const lib64 = `${prefix}/lib64/`;
  const through = (path: string) =>
    isLinked && path.startsWith(lib64) ? `${prefix}/lib/${path.slice(lib64.length)}` : path;
  const modules: { folder: string; module: string }[] = [];
  for (const { name, version, info } of outdated) {
    const subject = `${name} ${version} of the base image`;
    const rows = parseRecord(await inspector.text(`${site}/${info}/RECORD`), subject);
    if (rows.length === 0)
      throw new ImageSpecError("E_UNSUPPORTED", `${subject} has no RECORD of its files`, {
        hint: "Use a base image where it was installed by pip or uv, or require that version.",
      });
    const recorded = rows.map((row) => through(posix.resolve(`/${site}`, row.path).slice(1)));
    const kept = await tree.below(`${site}/${info}`);
    for (const path of recorded) kept.delete(path);
    // The folder's whiteout covers what is in it.
    const isWhole = [...kept.values()].every(({ type }) => type === "directory");
    if (isWhole) paths.add(`${site}/${info}`);
    for (const path of recorded) {
      // Files outside the environment are not removed.
      if (!path.startsWith(`${prefix}/`) || (isWhole && path.startsWith(`${site}/${info}/`))) continue;
      for (const folder of foldersOf(path).filter((one) => one.length > prefix.length && !plain.has(one)))
        plain.set(folder, await plainFolder(folder, tree, subject));
      if ((await tree.get(path)) !== undefined) paths.add(path);
      const [, folder, module] = /^(.*)\/([^/]+)\.py$/.exec(path) ?? [];
      if (folder !== undefined && module !== undefined) modules.push({ folder, module });
    }
  }
  // Bytecode that interpreters keep (PEP 3147); no RECORD names what was compiled after the installation.
  for (const [folder, here] of Map.groupBy(modules, (one) => one.folder)) {
    const cache = `${folder}/__pycache__`;
    for (const name of await tree.list(cache))
      if (here.some(({ module }) => name.startsWith(`${module}.`))) paths.add(`${cache}/${name}`);
  }
  return [...paths].sort();
}

/** The layer that removes these paths: those of replaced distributions and of stray bytecode. Undefined for none. */
export function removalLayer(
  outdated: readonly InstalledDistribution[],
  removed: readonly string[],
): LayerSource | undefined {
  if (removed.length === 0) return undefined;
  const replaced = outdated.map(({ name, version }) => `${name} ${version}`).join(", ");
  return {
    key: { removed, recipe: 1 },
    title: replaced === "" ? "stray bytecode of the base image" : `replaced: ${replaced}`,
    entries: () => removed.map(whiteout),
  };
}
