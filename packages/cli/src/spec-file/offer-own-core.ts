import { registerHooks } from "node:module";

/**
 * Lets a module import `@imagespec/core` where none is installed: it then gets the CLI's own copy. An installed one takes
 * precedence. Returns a function that undoes it.
 */
export function offerOwnCore(): () => void {
  const own = import.meta.resolve("@imagespec/core");
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== "@imagespec/core") return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
        return { url: own, shortCircuit: true };
      }
    },
  });
  return () => hooks.deregister();
}
