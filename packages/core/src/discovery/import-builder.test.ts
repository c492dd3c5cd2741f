import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { importBuilder } from "./import-builder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "import-builder-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function module(source: string): Promise<string> {
  const file = join(folder, "builder.mjs");
  await writeFile(file, source);
  return file;
}
const object = `{ [Symbol.for("imagespec.builder")]: 1, builderType: "t", buildImage() {} }`;

it.each([
  ["an object", `export default ${object}`],
  ["a function", `export default () => (${object})`],
  ["an async function", `export default async () => (${object})`],
  ["a class", `export default class { [Symbol.for("imagespec.builder")] = 1; builderType = "t"; buildImage() {} }`],
])("takes %s", async (_, source) => {
  expect((await importBuilder(await module(source), "pkg", "t")).builderType).toBe("t");
});

it.each([
  ["no default export", "export const x = 1", "no default export"],
  ["something else", "export default { a: 1 }", "an object with a"],
  ["a newer builder", `export default { [Symbol.for("imagespec.builder")]: 2 }`, "API version 2"],
  ["another type", `export default ${object.replace('"t"', '"u"')}`, 'says it is "u"'],
  ["a module that throws", `throw new Error("at import")`, "at import"],
  ["a syntax error", "export default {", "module threw"],
  [
    "a module that hangs",
    "await new Promise((done) => setTimeout(done, 3000)); export default 1",
    "did not load within",
  ],
])("refuses %s, naming package and file", async (_, source, message) => {
  const file = await module(source);
  const error = await importBuilder(file, "pkg 1.0.0", "t", 500).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "E_BUILDER_LOAD", message: expect.stringContaining(message) });
  expect((error as Error).message).toContain("pkg 1.0.0");
  expect((error as Error).message).toContain(file);
});
