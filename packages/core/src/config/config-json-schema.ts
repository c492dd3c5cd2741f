import { withZod } from "../spec/with-zod.ts";
import { configSchema } from "./config-schema.ts";

const toJsonSchema = withZod((z) => z.toJSONSchema);

/** The JSON Schema (draft 2020-12) of `imagespec.config.json` and `.yaml`, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = toJsonSchema()(configSchema(), {
    io: "input",
    unrepresentable: "any",
    // Only code can hold a builder; in a file a plugin is a name or a path.
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "custom") jsonSchema.type = "string";
    },
  });
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: "imagespec.config", ...schema };
}
