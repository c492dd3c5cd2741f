import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** The folder of a package that holds what `tsc` or the bundler wrote. */
const DIST = "/dist/";

/**
 * Spares Node the search for the modules that packages of this project import by relative paths: each is where the path says, and
 * is an ES module. Node would look for links in every folder on the way and for the package.json that tells the format, two hundred
 * times for a builder.
 */
export function resolveOwnModules(): void {
  const known = new Map<string, boolean>();
  const isOwn = (dist: string) => {
    const found = known.get(dist) ?? isOwnPackage(dist);
    known.set(dist, found);
    return found;
  };
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL = "", conditions } = context;
      if (!/^\.\.?\/.*\.js$/.test(specifier) || !conditions.includes("import")) return next(specifier, context);
      const at = parentURL.lastIndexOf(DIST);
      if (at === -1 || !parentURL.startsWith("file:")) return next(specifier, context);
      const dist = parentURL.slice(0, at + DIST.length);
      const { href } = new URL(specifier, parentURL);
      if (!href.startsWith(dist) || !isOwn(dist)) return next(specifier, context);
      return { url: href, format: "module", shortCircuit: true };
    },
  });
}

function isOwnPackage(dist: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", dist), "utf8"));
    return /^@imagespec\//.test((manifest as { name?: string }).name ?? "");
  } catch {
    return false;
  }
}
