import { registerHooks } from "node:module";

/**
 * Has Node take a `.ts` spec file for an ES module, whatever the package.json above it says: `npm init` writes
 * `"type": "commonjs"`, and TypeScript is written with import and export. Returns what ends it.
 */
export function asEsModule(url: string): () => void {
  const hooks = registerHooks({
    load(loaded, context, next) {
      const typescript = loaded === url && url.endsWith(".ts");
      return next(loaded, typescript ? { ...context, format: "module-typescript" } : context);
    },
  });
  return () => hooks.deregister();
}
