import { expect, it } from "vitest";
import { DEFAULT_OPTIONS } from "./default-options.ts";
import { optionsSchema } from "./options.ts";

it("has the defaults that the builder takes without a schema", () => {
  expect(optionsSchema.parse({})).toEqual(DEFAULT_OPTIONS);
});
