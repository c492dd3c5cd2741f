import { isImageSpecError } from "@imagespec/registry";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { findUses } from "./find-uses.ts";
import { replaceUses } from "./replace-uses.ts";

const REFERENCE = `localhost:5000/app:tag@sha256:${"a".repeat(64)}`;
const manifest = (text: string) => ({ name: "app.yaml", folder: "/k8s", text });
const resolved = (text: string, reference = REFERENCE) =>
  replaceUses(
    text,
    findUses(manifest(text)).map((use) => ({ use, reference })),
  );

describe("findUses", () => {
  it("finds whole values in every document, with their lines", () => {
    const text = `# imagespec://in/a/comment
image: imagespec://app.yaml#train
---
spec:
  containers:
    - { image: "imagespec://./folder" }
  args: [--image=imagespec://x, "imagespec://x and more"]
  imagespec://key: value
`;
    expect(findUses(manifest(text)).map(({ place, uri }) => ({ place, uri }))).toEqual([
      { place: "app.yaml:2", uri: { path: "app.yaml", target: "train" } },
      { place: "app.yaml:6", uri: { path: "./folder", target: undefined } },
    ]);
  });

  it.each([
    ["an unclosed list", "image: imagespec://a\nlist: [\n", /^app\.yaml:3:1: not YAML: /],
    ["a template", "image: imagespec://a\n{{- if .Values.x }}\na: {{ b }}\n", /^app\.yaml:2:/],
  ])("names the place of what is not YAML: %s", (_, text, message) => {
    let error: unknown;
    try {
      findUses(manifest(text));
    } catch (thrown) {
      error = thrown;
    }
    expect(isImageSpecError(error, "E_INPUT_FILE")).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it("leaves texts alone that name no spec, whatever they are", () => {
    expect(findUses(manifest("{{ not: yaml"))).toEqual([]);
  });

  it.each([
    ["two equal keys", "a: 1\na: 2\nimage: imagespec://a\n"],
    ["tags of other programs", "a: !Sub x\nimage: imagespec://a\n"],
    ["JSON indented with tabs", '{\n\t"image": "imagespec://a"\n}\n'],
    ["a merge key", "x: &x { a: 1 }\ny: { <<: *x, image: imagespec://a }\n"],
  ])("takes %s", (_, text) => {
    expect(findUses(manifest(text))).toHaveLength(1);
  });
});

describe("replaceUses", () => {
  it.each([
    ["a plain value", "image: imagespec://a # why\n", `image: ${REFERENCE} # why\n`],
    ["double quotes", 'image:   "imagespec://a#b"\r\n', `image:   "${REFERENCE}"\r\n`],
    ["single quotes", "{image: 'imagespec://a'}", `{image: '${REFERENCE}'}`],
    ["an anchor and its aliases", "a: &i imagespec://a\nb: *i\n", `a: &i ${REFERENCE}\nb: *i\n`],
    ["a tag", "a: !!str imagespec://a\n", `a: !!str ${REFERENCE}\n`],
    ["a block", "a: |-  # why\n  imagespec://a\nb: 1\n", `a: |-  # why\n  ${REFERENCE}\nb: 1\n`],
    ["a folded block", "a: >\n  imagespec://a\n\nb: 1\n", `a: >\n  ${REFERENCE}\n\nb: 1\n`],
    [
      "several documents",
      "a: imagespec://a\n--- # two\nb: imagespec://b\n...\n",
      `a: ${REFERENCE}\n--- # two\nb: ${REFERENCE}\n...\n`,
    ],
    ["a document that is one value", "imagespec://a", REFERENCE],
    ["escapes", String.raw`{"a":"imagespec:\/\/a"}`, `{"a":"${REFERENCE}"}`],
    ["a byte order mark", "\uFEFFimage: imagespec://a\n", `\uFEFFimage: ${REFERENCE}\n`],
  ])("keeps all around %s", (_, text, expected) => {
    expect(resolved(text)).toBe(expected);
  });

  it("quotes a reference that begins with a bracket", () => {
    const reference = `[::1]:5000/app:tag@sha256:${"a".repeat(64)}`;
    const text = resolved("a: imagespec://a\nb: [ imagespec://a ]\n", reference);
    expect(parseAllDocuments(text).map((one) => (one as { toJS(): unknown }).toJS())).toEqual([
      { a: reference, b: [reference] },
    ]);
  });
});
