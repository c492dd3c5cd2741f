import { posix } from "node:path";
import type { BaseEnvironment, InstalledDistribution } from "../base/base-inspector.ts";
import type { FileTree } from "../base/file-tree.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { whiteout } from "../layer/tar-entry.ts";
import { parseRecord } from "../wheel/record.ts";

/**
 * The layer that removes distributions of the base: a whiteout for every file their RECORD names inside the
 * environment, and for the .dist-info folder. Undefined when none is outdated.
 */
export async function removalLayer(
  environment: BaseEnvironment,
  outdated: readonly InstalledDistribution[],
  tree: FileTree,
): Promise<LayerSource | undefined> {
  if (outdated.length === 0) return undefined;
  const prefix = environment.prefix.slice(1);
  const site = `${prefix}/lib/python${environment.python.minor}/site-packages`;
  const paths = new Set<string>();
  for (const { info } of outdated) {
    const record = await tree.resolve(`${site}/${info}/RECORD`);
    paths.add(`${site}/${info}`);
    for (const row of parseRecord(record?.entry.text ?? "")) {
      const path = posix.resolve(`/${site}`, row.path).slice(1);
      // The folder's whiteout covers what is in it; files outside the environment are not removed.
      if (!path.startsWith(`${prefix}/`) || path.startsWith(`${site}/${info}/`)) continue;
      if ((await tree.get(path)) !== undefined) paths.add(path);
      for (const bytecode of await bytecodeOf(path, tree)) paths.add(bytecode);
    }
  }
  const sorted = [...paths].sort();
  return {
    key: { removed: sorted, recipe: 1 },
    title: `replaced: ${outdated.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
    entries: () => sorted.map(whiteout),
  };
}

/** Bytecode that interpreters keep of a module (PEP 3147); no RECORD names what was compiled after the installation. */
async function bytecodeOf(path: string, tree: FileTree): Promise<string[]> {
  const [, folder, module] = /^(.*)\/([^/]+)\.py$/.exec(path) ?? [];
  if (folder === undefined) return [];
  const cache = `${folder}/__pycache__`;
  return (await tree.list(cache)).filter((name) => name.startsWith(`${module}.`)).map((name) => `${cache}/${name}`);
}
