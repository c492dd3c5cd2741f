import { readFileSync } from "node:fs";
import { type ResolveFnOutput, registerHooks } from "node:module";
import { SHARED_VERSIONS } from "./shared-versions.ts";

/** The folder of a package that holds what `tsc` or the bundler wrote. */
const DIST = "/dist/";

/** What a module of this project's packages imports beside it. */
const RELATIVE = /^\.\.?\/.*\.js$/;

/**
 * Spares Node much of what it does for the three hundred modules of a builder, which are as `tsc` wrote them:
 *
 * - What a package of this project imports by a relative path is where the path says, and is an ES module. Node would
 *   look for links in every folder on the way and for the package.json that tells the format.
 * - Whoever imports a package that this program holds, and would find it at the same version, gets the program's own
 *   copy, which is a few files, most of them read already.
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
      // All modules of one folder find the same package.
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

/** What is known of a module without asking Node. */
function esModule(url: string): ResolveFnOutput {
  return { url, format: "module", shortCircuit: true };
}

/** The packages of this project among those that are installed, each read once. */
class OwnPackages {
  readonly #versions = new Map<string, string | undefined>();

  /** Where a module of such a package finds what it imports by a relative path; undefined where that is not known. */
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
