import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorsPage } from "../docs/errors-page.ts";

test("docs/errors.md is what the error codes say: node docs/errors-page.ts writes it", () => {
  expect(readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8")).toBe(errorsPage());
});
