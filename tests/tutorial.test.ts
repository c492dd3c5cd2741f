import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const lines = (text: string) => text.split("\n").map((line) => line.trim());
const SOURCES = ["buildah-builder/src/builder.js", "remote-builder/src/builder.js", "remote-builder/src/service.js"];
const examples = SOURCES.map((path) => lines(read(`examples/${path}`)).join("\n"));
const snippets = [...read("docs/writing-a-builder.md").matchAll(/^```js\n(.*?)^```$/gms)].map(([, text = ""]) => text);

it.each(snippets)("the page on writing a builder shows the example's code: %s", (snippet) => {
  const shown = lines(snippet).join("\n").trim();
  expect(examples.some((text) => text.includes(shown))).toBe(true);
});

it("calls the remote builder as long as it is", () => {
  const length = read("examples/remote-builder/src/builder.js").trimEnd().split("\n").length;
  expect(length).toBeLessThan(80);
  expect(read("docs/writing-a-builder.md")).toContain(`in ${length} lines`);
});

it("shows most of it", () => {
  expect(snippets.length).toBeGreaterThanOrEqual(6);
});
