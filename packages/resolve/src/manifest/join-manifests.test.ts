import { expect, it } from "vitest";
import { joinManifests } from "./join-manifests.ts";

it.each([
  ["a single text as it is", ["a: 1"], "a: 1"],
  ["several with a separator", ["a: 1", "b: 2\n"], "a: 1\n---\nb: 2\n"],
  [
    "those that begin a document themselves",
    ["---\na: 1\n", "# two\n\n---\nb: 2\n"],
    "---\na: 1\n# two\n\n---\nb: 2\n",
  ],
  ["directives after an end", ["a: 1\n", "%YAML 1.2\n---\nb: 2\n"], "a: 1\n...\n%YAML 1.2\n---\nb: 2\n"],
  ["JSON", ['{"a":1}', '{"b":2}'], '{"a":1}\n---\n{"b":2}'],
  ["no empty documents", ["a: 1\n", "\n", "b: 2\n"], "a: 1\n---\nb: 2\n"],
  ["nothing", [], ""],
])("joins %s", (_, texts, expected) => {
  expect(joinManifests(texts)).toBe(expected);
});
