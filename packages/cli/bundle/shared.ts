import { join } from "node:path";
import type { Plugin } from "rolldown";
import { manifestAbove } from "./manifest-above.ts";

const PACKAGES = join(import.meta.dirname, "../..");

/** What builders and spec files import of packages that the program holds anyway, and the module that is. */
const MODULES = new Map(
  Object.entries({
    "@imagespec/core": "core/dist/index.js",
    "@imagespec/core/builder": "core/dist/builder.js",
    "@imagespec/registry": "registry/dist/index.js",
    "@imagespec/registry/terms": "registry/dist/terms.js",
  }).map(([name, path]) => [name, join(PACKAGES, path)]),
);

const PREFIX = "shared:";

/** Entries of the bundle by the file that each becomes, which are found by the name that is imported. */
export const sharedEntries = Object.fromEntries([...MODULES.keys()].map((name) => [name, PREFIX + name]));

/** The version of each by its name, as the text of an object. */
export const sharedVersions = JSON.stringify(
  Object.fromEntries([...MODULES].map(([name, module]) => [name, manifestAbove(module).version])),
);

/**
 * Makes an entry a module of its own that names the real one. An entry is kept whole, and what lists all of a package
 * would draw all of it into the first group that uses any.
 */
export const sharedModules: Plugin = {
  name: "shared-modules",
  resolveId: (id) => (id.startsWith(PREFIX) ? id : undefined),
  load(id) {
    const module = id.startsWith(PREFIX) ? MODULES.get(id.slice(PREFIX.length)) : undefined;
    return module === undefined ? undefined : `export * from ${JSON.stringify(module)};`;
  },
};
