import { imageSpecJsonSchema } from "@imagespec/core";
import { EXIT } from "../exit-codes.ts";
import type { Command } from "./command-context.ts";

/** `schema`: the JSON Schema of spec files. */
export const schema: Command = async ({ print }) => {
  print(JSON.stringify(imageSpecJsonSchema(), null, 2));
  return EXIT.done;
};
