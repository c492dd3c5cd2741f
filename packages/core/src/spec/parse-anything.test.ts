import type { ImageSpecError } from "@imagespec/registry";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { imageSpecJsonSchema } from "./json-schema.ts";

it("names what is no text and cannot be made one, in every parameter", () => {
  const names = Object.keys((imageSpecJsonSchema() as { properties: object }).properties);
  expect(names).toContain("pip_extra_args");
  // From JSON, and what a module may hold.
  const odd: unknown[] = [JSON.parse('{"toString":0}'), Object.create(null), Symbol("s")];
  odd.push(Object.assign(() => 1, { toString: 0 }));
  const values = odd.flatMap((bad) => [bad, [bad], { A: bad }, [["a", bad]]]);
  const requirements = ["uv.lock", "environment.yml", undefined];
  for (const name of names)
    for (const value of values)
      for (const file of requirements) {
        const code = endOf(() => ImageSpec.parse({ name: "app", requirements: file, [name]: value }));
        // An empty mapping without a prototype is a mapping.
        expect(["parsed", "E_SPEC"], `${name}: ${typeof value}`).toContain(code);
      }
});

it("never fails otherwise than with E_SPEC or E_CYCLE, whatever comes in", () => {
  const names = [
    "name",
    "packages",
    "base_image",
    "env",
    "copy",
    "platform",
    "entrypoint",
    "builder_options",
    "pip_secret_mounts",
    "__proto__",
    "toString",
  ];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.anything()), (input) => {
      try {
        ImageSpec.parse(input);
      } catch (error) {
        expect((error as ImageSpecError).code).toBe("E_SPEC");
      }
    }),
    { numRuns: 1000 },
  );
});

/** `parsed`, the code of the error, or the message of one without a code. */
function endOf(parse: () => unknown): string {
  try {
    parse();
    return "parsed";
  } catch (error) {
    return (error as ImageSpecError).code ?? (error as Error).message;
  }
}
