import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const lines = (text: string) => text.split("\n").map((line) => line.trim());
const example = lines(read("examples/buildah-builder/src/builder.js")).join("\n");
const snippets = [...read("docs/writing-a-builder.md").matchAll(/^```js\n(.*?)^```$/gms)].map(([, text = ""]) => text);

it.each(snippets)("the page on writing a builder shows the example's code: %s", (snippet) => {
  expect(example).toContain(lines(snippet).join("\n").trim());
});

it("shows most of it", () => {
  expect(snippets.length).toBeGreaterThanOrEqual(6);
});
