import { registerHooks } from "node:module";

const OFFERED = ["@imagespec/core", "@imagespec/core/builder"];

/**
 * Lets a module import core, and what core has for authors of builders, where neither is installed: it then gets the
 * CLI's own copy. An installed one takes precedence. Returns a function that undoes it.
 */
export function offerOwnCore(): () => void {
  const own = new Map(OFFERED.map((specifier) => [specifier, import.meta.resolve(specifier)]));
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const url = own.get(specifier);
      if (url === undefined) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        // Yarn's loader names the code as require() does.
        if (!(error as NodeJS.ErrnoException).code?.endsWith("MODULE_NOT_FOUND")) throw error;
        return { url, shortCircuit: true };
      }
    },
  });
  return () => hooks.deregister();
}
