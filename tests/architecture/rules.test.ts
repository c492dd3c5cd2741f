import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { circles, needsOfFolders } from "./circles.ts";
import { undocumented } from "./docblocks.ts";
import { hintFault, messageFault, styleFaults } from "./message-style.ts";
import { referenceParsers } from "./reference-parsers.ts";
import { ROOT } from "./source-file.ts";
import { syntaxOf } from "./syntax.ts";
import { untypedDetails } from "./untyped-details.ts";

const parse = (text: string) => syntaxOf("packages/x/src/x.ts", text);

describe("messages and hints", () => {
  test.each([
    ["The registry localhost:5000 does not answer", undefined],
    ["No builder is left", undefined],
    ["the registry does not answer", "starts in lower case"],
    ["The registry does not answer.", "ends with a full stop"],
    ["Cannot read the file", "does not start with its subject"],
    ["could not read the file", "does not start with its subject"],
    [" ", "is empty"],
  ])("message %j", (text, fault) => expect(messageFault(text)).toBe(fault));

  test.each([
    ["Start the registry.", undefined],
    ["Run `uv lock`. Commit the result.", undefined],
    ["Start the registry", "does not end with a full stop"],
    ["start the registry.", "does not begin with a verb of the list"],
    ["The registry may be down.", "does not begin with a verb of the list"],
  ])("hint %j", (text, fault) => expect(hintFault(text)).toBe(fault));

  test("every branch and every part that is known is judged", () => {
    const text = `throw new ImageSpecError("E_X", \`\${a} is bad\${b ? "." : ""}\`, { hint: c ?? (d ? "Use x." : "use y.") });`;
    const faults = styleFaults(parse(text));
    expect(faults).toEqual([
      "packages/x/src/x.ts:1 message ends with a full stop: … is bad.",
      "packages/x/src/x.ts:1 hint does not begin with a verb of the list: use y.",
    ]);
  });

  test.each([
    ['function fault(message: string, hint: string) {} fault("It is bad", "drop it")', 1],
    ['const fault = (message: string, hint: string) => 1; fault("it is bad", a ? "Drop it." : "drop it.")', 1],
    ['class Faults { add(path: string, hint: string) {} } faults.add("a", "drop it.")', 1],
    ['function read(fail: (what: string, hint: string) => Error) { throw fail("it is bad", "drop it.") }', 1],
    ['function plain(kind: string, optionHint = "leave it out") {} plain("a", "put it there")', 2],
    ['function fault(message: string, hint: string) {} fault("it is bad", "Drop it.")', 0],
    ['const set = new Set<string>(); set.add("drop it")', 0],
    ['const made = (said: string) => new ImageSpecError("E_X", said); made("cannot go on")', 1],
    ['function made(path: string, said: string) { throw new ImageSpecError("E_X", said) } made("x", "it is.")', 1],
    ['const said = a ? "It is bad" : "it is"; throw new ImageSpecError("E_X", said)', 2],
    ['function made(m: string) { return new ImageSpecError("E_X", m) } const said = "it is"; made(said)', 1],
    ['function plain(said: string) {} plain("cannot go on")', 0],
  ])("texts by position and by name: %s", (text, faults) => expect(styleFaults(parse(text))).toHaveLength(faults));
});

test.each([
  ["interface A { details?: Record<string, unknown> }", 1],
  ["interface A { details: { status: number } | unknown }", 1],
  ["class A { readonly details: any = 1 }", 1],
  ["const status = (error.details as { status: number }).status", 1],
  ["const status = error.details.status as number", 1],
  ["interface A { details: Details[Code] }", 0],
  ["if (error.details.status === 404) go()", 0],
])("details without a type: %s", (text, faults) => expect(untypedDetails(parse(text))).toHaveLength(faults));

test.each([
  ['const [name, digest] = reference.split("@")', 1],
  ['const at = reference.lastIndexOf(":")', 1],
  ['if (base.startsWith("oci:")) read()', 1],
  ['reference.replace(/:[^:/]*$/, "")', 1],
  ['const [key, value] = line.split("=")', 0],
  ['const sha = text.indexOf(":")', 0],
])("a parser of references: %s", (text, faults) => expect(referenceParsers(parse(text))).toHaveLength(faults));

test("circles are found between folders where no two files form one", () => {
  const files = new Map([
    ["p/src/index.ts", new Set(["p/src/a/one.ts"])],
    ["p/src/a/one.ts", new Set(["p/src/b/two.ts", "p/src/options.ts"])],
    ["p/src/b/two.ts", new Set<string>()],
    ["p/src/b/three.ts", new Set(["p/src/a/four.ts"])],
    ["p/src/a/four.ts", new Set<string>()],
    ["p/src/options.ts", new Set<string>()],
  ]);
  expect(circles(files)).toEqual([]);
  expect(circles(needsOfFolders(files, "p/src"))).toEqual(["p/src/a -> p/src/b -> p/src/a"]);
});

test.each([
  ["export const a = 1;", ["a"]],
  ["/** Says it. */\nexport const a = 1;", []],
  ["/** */\nexport function a() {}", ["a"]],
  ["// Not a docblock.\nexport interface A {}", ["A"]],
  ['export { bare, told } from "./other.ts";', ["bare"]],
  ['export { bare as renamed } from "./other.ts";', ["renamed"]],
  ['import { bare } from "./other.ts";\nexport { bare };', ["bare"]],
  ['import own from "./other.ts";\nexport { own };', ["own"]],
  ['export * from "./other.ts";', ["bare"]],
  ['export * as all from "./other.ts";', ["all"]],
  ['export type { Stats } from "node:fs";', []],
])("a public export without a docblock: %j", async (text, names) => {
  const other = "export const bare = 1;\n/** Says it. */\nexport const told = 2;\nexport default 3;";
  await using folder = await temporaryFolder({ "index.ts": text, "other.ts": other });
  const faults = undocumented(relative(ROOT, `${folder.path}/index.ts`));
  expect(faults.map((fault) => fault.split(" ").at(-1))).toEqual(names);
});
