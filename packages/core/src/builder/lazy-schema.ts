import type { StandardSchemaV1 } from "./standard-schema.ts";

/**
 * A schema that is loaded when there is a value to check. Builders are loaded before it is known whether an image has to be
 * built, so one whose options are described this way does not make every command load a schema library.
 */
export function lazySchema<Output>(load: () => Promise<StandardSchemaV1<Output>>): StandardSchemaV1<Output> {
  return {
    "~standard": {
      version: 1,
      vendor: "imagespec",
      validate: async (value) => (await load())["~standard"].validate(value),
    },
  };
}
