import { createRequire } from "node:module";
import type * as Zod from "zod/mini";

/**
 * What `make` makes with zod, made when it is first asked for. Zod is loaded only then, and without awaiting it: it
 * comes with the messages of 64 languages, and would be most of what importing this package costs.
 */
export function withZod<Made>(make: (z: typeof Zod) => Made): () => Made {
  let result: { value: Made } | undefined;
  return () => {
    result ??= { value: make(createRequire(import.meta.url)("zod/mini") as typeof Zod) };
    return result.value;
  };
}

/**
 * How every schema here is applied: with messages in English, which `zod/mini` leaves out, and without code compiled
 * for the schema, which is worth its time for a schema that is applied many times.
 */
export const parseContext = withZod((z) => ({ error: z.locales.en().localeError, jitless: true }));
