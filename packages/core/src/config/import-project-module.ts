import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/** A line that begins a statement which only ES modules have. */
const MODULE_SYNTAX = /^\s*(?:import|export)\b/m;

/**
 * Imports a module that belongs to the project: a spec, its settings, or a builder that is named by its path.
 * TypeScript that is written with import and export, in it or in what it imports, is loaded as ES modules whatever the
 * package.json above says: `npm init` writes `"type": "commonjs"`, under which Node refuses it.
 */
export async function importProjectModule(url: string): Promise<{ default?: unknown }> {
  const hooks = registerHooks({
    load(loaded, context, next) {
      const isModule =
        context.format === "commonjs-typescript" && MODULE_SYNTAX.test(readFileSync(fileURLToPath(loaded), "utf8"));
      return next(loaded, isModule ? { ...context, format: "module-typescript" } : context);
    },
  });
  try {
    return await import(url);
  } finally {
    hooks.deregister();
  }
}

/**
 * What to do about a module that cannot be loaded because its package.json says that it has no import and export;
 * undefined for every other error.
 */
export function commonJsHint(error: unknown, file: string): string | undefined {
  if (
    !(error instanceof SyntaxError) ||
    !/import statement outside a module|Unexpected token 'export'/.test(error.message)
  )
    return undefined;
  return `Rename ${file} to .mjs, or write "type": "module" into the package.json above it.`;
}
