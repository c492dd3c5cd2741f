import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { all, at, below, put, tagOf, useAttackFolder } from "./attack-folder.ts";

useAttackFolder();

describe("what cannot be told apart later is refused at once", () => {
  const digits = "0".repeat(26);
  it.each<[string, object]>([
    ["a tag format without the hash", { tagFormat: "latest" }],
    ["a tag format with letters no registry takes", { tagFormat: "{spec_hash}-\u00e9" }],
    ["a tag format whose hash is spelled in full-width letters", { tagFormat: "{\uff53pec_hash}" }],
    ["a tag format that makes the tag too long", { tagFormat: `{spec_hash}${"{spec_hash}".repeat(4)}` }],
    ["a line break in a tag format", { tagFormat: "{spec_hash}\n" }],
    ["a name that is a registry", { name: `a.example/b` }],
    ["a tag in the registry", { registry: `a.example/b:${digits}` }],
    ["a base in upper case", { baseImage: "Debian:x" }],
    ["a base with a line break", { baseImage: "debian:x\nRUN y" }],
    ["a digest in upper case", { baseImage: `debian@sha256:${"A".repeat(64)}` }],
    ["half of a character", { env: { A: "\ud800" } }],
    ["a NUL", { commands: ["a\0b"] }],
    ["a name that JavaScript drops", { env: JSON.parse('{"__proto__":"x"}') }],
    ["an option that is not JSON", { builderOptions: { a: new Date(0) } }],
    ["an option that is not a number", { builderOptions: { a: Number.NaN } }],
    ["an option without a value", { builderOptions: { a: () => 1 } }],
    ["two names of one parameter", { base_image: "a", baseImage: "b" }],
    ["a platform named like a method", { platform: "linux/constructor" }],
    ["a parameter named like a method", { toString: "x" }],
    ["the image's own variable", { env: { _F_IMG_ID: "x" } }],
  ])("%s", async (_, parameters) => {
    await expect(tagOf(parameters, { fromFile: true })).rejects.toMatchObject({ code: "E_SPEC" });
  });

  it.each(["", " ", "a b", "a\n", "\u00e9", "a".repeat(129)])("the id %j", async (id) => {
    await expect(tagOf({}, { id })).rejects.toMatchObject({ code: "E_OPTIONS" });
  });

  it.each<[string, () => void]>([
    ["a folder over a file", () => [put("data", "x"), mkdirSync(below("data")), writeFileSync(below("data/x"), "")]],
    ["a file over a folder", () => [put("data/x", "x"), writeFileSync(below("data"), "")]],
    [
      "a folder over a link to a folder",
      () => [
        put("pkg/x"),
        symlinkSync("pkg", at("data")),
        mkdirSync(below("data")),
        writeFileSync(below("data/x"), ""),
      ],
    ],
    ["a link over a file", () => [put("data"), symlinkSync("other", below("data"))]],
    ["a link over another link", () => [put("a"), symlinkSync("a", at("data")), symlinkSync("other", below("data"))]],
  ])("copy and sources with %s", async (_, make) => {
    mkdirSync(below("src"));
    make();
    await expect(tagOf({ ...all, copy: ["data"] })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });
});
