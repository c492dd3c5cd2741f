import { configJsonSchema, imageSpecJsonSchema } from "@imagespec/core";
import type { Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";

/** `schema`: the JSON Schema of spec files, or of the config. */
export const schema: Command = async ({ line, print }) => {
  print(JSON.stringify(line.config ? configJsonSchema() : imageSpecJsonSchema(), null, 2));
  return EXIT.done;
};
