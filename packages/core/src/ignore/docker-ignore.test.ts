import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DockerIgnore } from "./docker-ignore.ts";

// scripts/vectors/ignore-vectors.ts writes them, by moby's own Go module.
const vectors = JSON.parse(readFileSync(new URL("./fixtures/docker-ignore-vectors.json", import.meta.url), "utf8")) as {
  paths: string[];
  vectors: { text: string; ignored: string[]; error?: boolean }[];
};

describe("DockerIgnore", () => {
  const isOut = (rules: DockerIgnore, path: string) => rules.ruleOf(path)?.takesBack === false;

  it("has vectors enough", () => {
    expect(vectors.vectors.length).toBeGreaterThanOrEqual(500);
  });

  it.each(vectors.vectors)("does with $text what moby's patternmatcher does", ({ text, ignored, error }) => {
    if (error) return expect(() => new DockerIgnore(text)).toThrow(/is not a pattern/);
    const rules = new DockerIgnore(text);
    expect(vectors.paths.filter((path) => isOut(rules, path))).toEqual(ignored);
  });

  it("never prunes a folder below which something comes back", () => {
    const part = fc.constantFrom("a", "b", "c", "*", "**", "?");
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const line = fc.tuple(fc.boolean(), pattern).map(([takesBack, text]) => (takesBack ? `!${text}` : text));
    const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), path, (lines, parts) => {
        const rules = new DockerIgnore(lines.join("\n"));
        const isKept = !isOut(rules, parts.join("/"));
        for (let depth = 1; depth < parts.length; depth++) {
          const folder = parts.slice(0, depth).join("/");
          if (isKept && isOut(rules, folder)) expect(rules.canPrune(folder)).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("names the line of an invalid pattern", () => {
    expect(() => new DockerIgnore("a\n\n[b")).toThrow(
      expect.objectContaining({ code: "E_INPUT_FILE", message: ".dockerignore:3: '[b' is not a pattern" }),
    );
  });
});
