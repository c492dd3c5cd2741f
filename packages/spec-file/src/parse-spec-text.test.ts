import { expect, it } from "vitest";
import { parseSpecText } from "./parse-spec-text.ts";

it.each([
  ["a second document", "name: t\n---\nname: u\n", "spec.yaml:2:1: a second document begins here"],
  ["a tag of another program", "name: !!js/function x\n", "spec.yaml:1:7: not YAML"],
  ["a tag of its own", "name: !secret x\n", "spec.yaml:1:7: not YAML"],
  ["a name twice", "name: t\nname: u\n", "spec.yaml:2:1: not YAML"],
  ["a name twice, as a number and as text", "name: t\nenv:\n  1: a\n  '1': b\n", "spec.yaml:4:3: not YAML"],
  ...["0x10", "010", "1.0", "1e3", "0o17", "True", "NULL", "~"].map((name): [string, string, string] => [
    `the name ${name}`,
    `env:\n  ${name}: a\n`,
    `:2:3: not YAML: The name ${name} is`,
  ]),
  ["a word of YAML 1.1", "%YAML 1.1\n---\nenv:\n  no: a\n", "spec.yaml:4:3: not YAML"],
  ["a name that an alias reads otherwise", "x: &x 1.0\nenv:\n  *x : b\n", "spec.yaml:3:3: not YAML"],
  ["a name twice, by an alias", "x: &x A\nenv:\n  A: a\n  *x : b\n", "spec.yaml:4:3: not YAML"],
  ["a name twice, by a flow mapping", "env: { A: a, B: b, 'A': c }\n", "spec.yaml:1:20: not YAML"],
  ["a name that is a list", "env:\n  [A]: a\n", "spec.yaml:2:3: not YAML"],
  ["a name that is a mapping, by an alias", "x: &x { A: a }\nenv:\n  *x : b\n", "spec.yaml:3:3: not YAML"],
  ["a set", "packages: !!set { six }\n", "spec.yaml:1:17: not YAML"],
  ["an ordered map", "env: !!omap [A: x]\n", "spec.yaml:1:13: not YAML"],
  ["bytes", "env: { A: !!binary aGk= }\n", "spec.yaml:1:20: not YAML"],
  ["bytes of YAML 1.1", "%YAML 1.1\n---\nenv: { A: !!binary aGk= }\n", "spec.yaml:3:20: not YAML"],
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

it("takes names as they stand, quoted or not", async () => {
  const text = "env:\n  1: a\n  true: b\n  '0x10': c\n  no: d\n  !!str 1.0: e\n";
  const env = { 1: "a", true: "b", "0x10": "c", no: "d", "1.0": "e" };
  expect(await parseSpecText(text, "yaml", "spec.yaml")).toEqual({ env });
});

it("takes a merge key several times, names that other mappings hold, and an alias as a name", async () => {
  const text = "x-a: &a { A: 1 }\nx-b: &b { B: 2 }\nx-n: &n C\nenv:\n  <<: *a\n  <<: *b\n  *n : 3\n";
  expect(await parseSpecText(text, "yaml", "spec.yaml")).toMatchObject({ env: { A: 1, B: 2, C: 3 } });
});
