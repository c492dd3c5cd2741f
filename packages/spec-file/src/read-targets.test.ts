import { isImageSpecError } from "@imagespec/core";
import { expect, it } from "vitest";
import { parseSpecText } from "./parse-spec-text.ts";
import { readTargets } from "./read-targets.ts";

/** The messages of all faults of a text that is read from a file of the working directory. */
async function faultsOf(text: string, name = "spec.yaml"): Promise<string[]> {
  const content = await parseSpecText(text, name.endsWith(".json") ? "json" : "yaml", name);
  const written = { text, name: `${process.cwd()}/${name}` };
  const source = { content, root: process.cwd(), folder: undefined, specFiles: [], written };
  const error = await readTargets(source).catch((thrown: unknown) => thrown);
  if (!isImageSpecError(error, "E_SPEC")) throw error;
  return (error.faults ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

it.each<[string, string, string[]]>([
  ["a parameter", "name: a\npackages: 3\n", ["packages: expected a list, found the number 3 (spec.yaml:2:1)"]],
  ["an item", "name: a\ncopy:\n  - a\n  - 3\n", ["copy.1: expected text, found the number 3 (spec.yaml:4:5)"]],
  [
    "its other spelling",
    "{name: a, python_exec: 3}",
    ["pythonExec: expected text, found the number 3 (spec.yaml:1:11)"],
  ],
  [
    "an image",
    "images:\n  a:\n    name: a\n    base_image:\n      env: 3\n",
    ["images.a.baseImage.env: expected a mapping, found the number 3 (spec.yaml:5:7)"],
  ],
  [
    "what stands behind an alias and a merge key",
    "x-a: &a\n  copy: 3\nimages:\n  a: &b\n    name: a\n    <<: *a\n  c: {name: c, <<: [*a]}\n",
    ["a", "c"].map((name) => `images.${name}.copy: expected a list, found the number 3 (spec.yaml:2:3)`),
  ],
])("names the line of %s", async (_, text, faults) => {
  expect(await faultsOf(text)).toEqual(faults);
});

it("names no line of the whole", async () => {
  expect(await faultsOf("3")).toEqual([": a spec is an object of parameters"]);
});

it("names the line in JSON", async () => {
  const text = '{\r\n\t"name": "a\\/b",\r\n\t"packages": [\r\n\t\t3]}';
  expect(await faultsOf(text, "spec.json")).toContainEqual(expect.stringMatching(/packages\.0: .*\(spec\.json:4:3\)$/));
});
