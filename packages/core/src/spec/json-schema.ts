import { parametersSchema } from "./parameters.ts";
import { withZod } from "./with-zod.ts";

type Schema = Record<string, unknown>;

const toJsonSchema = withZod((z) => z.toJSONSchema);

/**
 * The JSON Schema (draft 2020-12) of spec files, for editors: a spec under camelCase or snake_case names, or several
 * under `images`. It says what types things are; the rules for texts are checked when a spec is read.
 */
export function imageSpecJsonSchema(): Schema {
  const schema = toJsonSchema()(parametersSchema(), {
    io: "input",
    // `readonly` is the parameters' in memory; JSON Schema's readOnly would be wrong in a file.
    override: ({ jsonSchema }) => void delete jsonSchema.readOnly,
  }) as {
    properties: Record<string, Schema>;
  } & Schema;
  const properties: Record<string, Schema> = { ...schema.properties };
  properties.baseImage = {
    description: "Base image: a reference, oci:PATH, another spec, or the name of one in the same file.",
    anyOf: [
      { type: "string" },
      { $ref: "#" },
      { type: "object", properties: { image: { type: "string" } }, required: ["image"], additionalProperties: false },
    ],
  };
  for (const name of Object.keys(schema.properties)) {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (snake !== name) properties[snake] = { $ref: `#/properties/${name}` };
  }
  properties.images = {
    type: "object",
    description: "Several specs in one file, by name.",
    additionalProperties: { $ref: "#" },
  };
  const patternProperties = { "^x-": { description: "The file's own, for YAML's anchors." } };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "imagespec",
    ...schema,
    properties,
    patternProperties,
  };
}
