import { expect, it } from "vitest";
import { parseSpecText } from "./parse-spec-text.ts";

it.each([
  ["a second document", "name: t\n---\nname: u\n", "spec.yaml:2:1: a second document begins here"],
  ["a tag of another program", "name: !!js/function x\n", "spec.yaml:1:7: not YAML"],
  ["a tag of its own", "name: !secret x\n", "spec.yaml:1:7: not YAML"],
  ["a name twice", "name: t\nname: u\n", "spec.yaml:2:1: not YAML"],
  ["an alias of nothing", "name: *other\n", "spec.yaml is not data"],
])("refuses %s, with its place", async (_, text, message) => {
  await expect(parseSpecText(text, "yaml", "spec.yaml")).rejects.toMatchObject({
    code: "E_INPUT_FILE",
    message: expect.stringContaining(message),
    hint: expect.stringMatching(/\.$/),
  });
});

it("takes merge keys, comments and the tags of YAML's core schema", async () => {
  const text = "# one\nx-all: &all { A: !!str 1 }\nname: t\nenv:\n  <<: *all\n  B: two\n";
  expect(await parseSpecText(text, "yaml", "spec.yaml")).toMatchObject({ name: "t", env: { A: "1", B: "two" } });
});
