import { registerHooks } from "node:module";

/**
 * Makes Node load a `.ts` spec file as an ES module, whatever the package.json above it says: `npm init` writes
 * `"type": "commonjs"`, and TypeScript is written with import and export. Returns a function that undoes it.
 */
export function asEsModule(url: string): () => void {
  const hooks = registerHooks({
    load(loaded, context, next) {
      const typescript = loaded === url && new URL(url).pathname.endsWith(".ts");
      return next(loaded, typescript ? { ...context, format: "module-typescript" } : context);
    },
  });
  return () => hooks.deregister();
}
