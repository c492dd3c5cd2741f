import { LONGEST_MODULE } from "@imagespec/core/builder";
import type { BaseEnvironment, BaseInspector } from "../base/base-inspector.ts";
import type { Located } from "../base/file-tree.ts";
import type { RecordStore } from "../cache/record-store.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { textFile } from "../layer/tar-entry.ts";

/**
 * What has to be done about the bytecode that a base has or lacks, so that the image is the one that Dockerfile
 * builders make: their step compiles the whole environment.
 */
export interface BaseBytecode {
  /** The modules without checked-hash bytecode of their own, as if a layer held them; undefined for none. */
  modules: LayerSource | undefined;
  /** Paths of bytecode without its module, or of another interpreter, which is removed. */
  stray: string[];
}

/**
 * Looks through the environment of a base. Modules whose paths are `gone`, since a layer removes them, do not count.
 */
export async function baseBytecode(
  { prefix, python: { minor } }: BaseEnvironment,
  gone: ReadonlySet<string>,
  inspector: BaseInspector,
): Promise<BaseBytecode> {
  const tag = `cpython-${minor.replace(".", "")}`;
  const files = await inspector.tree.locatedBelow(`${prefix.slice(1)}/lib/python${minor}/site-packages`);
  const modules = new Map<string, Located>();
  for (const [path, located] of files) {
    const { type, size = 0 } = located.entry;
    const [, folder, name] = /^(.*)\/([^/]+)\.py$/.exec(path) ?? [];
    if (name === undefined || type !== "file" || size > LONGEST_MODULE || gone.has(path)) continue;
    modules.set(`${folder}/__pycache__/${name}.${tag}.pyc`, located);
  }
  const stray = [...files.keys()].filter((path) => /\/__pycache__\/[^/]+\.pyc$/.test(path) && !modules.has(path));
  const paths = [...modules].flatMap(([bytecode, { path, at }]) => {
    const found = files.get(bytecode);
    // A module in a layer above its bytecode has been changed since.
    return found === undefined || found.entry.unchecked || found.at > at ? [path] : [];
  });
  if (paths.length === 0) return { modules: undefined, stray };
  const uncompiled: LayerSource = {
    key: { base: await inspector.layersOf(paths), modules: paths, recipe: 1 },
    title: "the base image's modules",
    async *entries(signal) {
      for (const [path, content] of await inspector.contents(paths, signal)) yield textFile(path, content);
    },
  };
  return { modules: uncompiled, stray };
}

/** Whether a layer of bytecode holds any file. Modules that are not valid Python have no bytecode in any build. */
export function holdsBytecode(
  layer: LayerSource,
  { records, signal }: { records: Pick<RecordStore, "known">; signal: AbortSignal },
): Promise<boolean> {
  return records.known("holds-bytecode", layer.key, async () => {
    for await (const { type } of layer.entries(signal)) if (type === "file") return true;
    return false;
  });
}
