import type { StandardSchemaV1 } from "./standard-schema.ts";

/**
 * A schema that is loaded when there is a value to check. Builders are loaded before it is known whether an image has
 * to be built, so one whose options are described this way does not make every command load a schema library. With
 * `defaults`, which is what the schema makes of `{}`, no options need no schema either.
 */
export function lazySchema<Output extends object>(
  load: () => Promise<StandardSchemaV1<Output>>,
  defaults?: Output,
): StandardSchemaV1<Output> {
  return {
    "~standard": {
      version: 1,
      vendor: "imagespec",
      validate: async (value) =>
        defaults !== undefined && isEmpty(value)
          ? { value: { ...defaults } }
          : (await load())["~standard"].validate(value),
    },
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
