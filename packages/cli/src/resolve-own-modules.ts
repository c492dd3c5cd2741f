import { readFileSync } from "node:fs";
import { type ResolveFnOutput, registerHooks } from "node:module";
import { SHARED_VERSIONS } from "./shared-versions.ts";

/** The folder of a package that holds what `tsc` or the bundler wrote. */
const DIST = "/dist/";

/** A relative import, as `tsc` writes it. */
const RELATIVE = /^\.\.?\/.*\.js$/;

/**
 * Saves Node much of the work of finding the three hundred modules of a builder, which are as `tsc` wrote them:
 *
 * - A relative import inside a package of this project leads to where its path says, and to an ES module. Node would
 * look for links in every folder of the path, and for the package.json that states the format.
 * - An import of a package that this program holds gets the program's own copy where Node would find the same version.
 * That copy is a few files, most of which have been read already.
 */
export function resolveOwnModules(): void {
  const packages = new OwnPackages();
  const shared = new Map<string, string>();
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL = "", conditions } = context;
      if (!conditions.includes("import")) return next(specifier, context);
      const version = SHARED_VERSIONS.get(specifier);
      if (version === undefined) {
        const url = RELATIVE.test(specifier) ? packages.beside(parentURL, specifier) : undefined;
        return url === undefined ? next(specifier, context) : esModule(url);
      }
      // All modules of a folder find the same package.
      const asked = `${parentURL.slice(0, parentURL.lastIndexOf("/"))} ${specifier}`;
      const known = shared.get(asked);
      if (known !== undefined) return esModule(known);
      const found = next(specifier, context);
      if (packages.versionAt(found.url) !== version) return found;
      const { href: url } = new URL(`./${specifier}.js`, import.meta.url);
      shared.set(asked, url);
      return esModule(url);
    },
  });
}

/** The answer for an ES module that Node need not look for. */
function esModule(url: string): ResolveFnOutput {
  return { url, format: "module", shortCircuit: true };
}

/** The installed packages of this project. The package.json of each is read once. */
class OwnPackages {
  readonly #versions = new Map<string, string | undefined>();

  /** Where a relative import in a module of such a package leads; undefined where Node has to find out. */
  beside(parent: string, specifier: string): string | undefined {
    const dist = distOf(parent);
    if (dist === undefined) return undefined;
    const { href } = new URL(specifier, parent);
    return href.startsWith(dist) && this.#version(dist) !== undefined ? href : undefined;
  }

  /** The version of such a package that holds this module; undefined for any other module. */
  versionAt(url: string): string | undefined {
    const dist = distOf(url);
    return dist === undefined ? undefined : this.#version(dist);
  }

  #version(dist: string): string | undefined {
    if (!this.#versions.has(dist)) this.#versions.set(dist, ownVersion(dist));
    return this.#versions.get(dist);
  }
}

function distOf(url: string): string | undefined {
  const at = url.lastIndexOf(DIST);
  return at === -1 || !url.startsWith("file:") ? undefined : url.slice(0, at + DIST.length);
}

function ownVersion(dist: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", dist), "utf8"));
    const { name = "", version = "" } = manifest as { name?: string; version?: string };
    return name.startsWith("@imagespec/") ? version : undefined;
  } catch {
    return undefined;
  }
}
