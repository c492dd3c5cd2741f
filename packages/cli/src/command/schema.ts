import { configJsonSchema, imageSpecJsonSchema } from "@imagespec/core";
import { EXIT } from "../exit-codes.ts";
import type { Command } from "./command-context.ts";

/** `schema`: the JSON Schema of spec files, or of the config. */
export const schema: Command = async ({ line, print }) => {
  print(JSON.stringify(line.config ? configJsonSchema() : imageSpecJsonSchema(), null, 2));
  return EXIT.done;
};
