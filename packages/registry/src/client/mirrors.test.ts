import { expect, it } from "vitest";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { mirrorOf, parseMirrors, throughMirror } from "./mirrors.ts";

it.each([
  ["python:3.11", "localhost:5000/library/python:3.11"],
  ["mambaorg/micromamba:2", "localhost:5000/mambaorg/micromamba:2"],
  ["docker.io/python", "localhost:5000/library/python"],
  ["index.docker.io/a/b", "localhost:5000/a/b"],
  ["ghcr.io/a/b:1@sha256:00", "m.example/x/a/b:1@sha256:00"],
  ["quay.io/a/b", "quay.io/a/b"],
  ["localhost/a", "localhost/a"],
  ["toString/a", "toString/a"],
  ["localhost:5001/a", "localhost:5001/a"],
])("%s is fetched as %s", (reference, expected) => {
  expect(throughMirror(reference, { "docker.io": "localhost:5000", "ghcr.io": "m.example/x" })).toBe(expected);
});

it("reads the variable, and says which entry is wrong", () => {
  expect(parseMirrors(" docker.io=localhost:5000, ghcr.io=m.example/x/ ,")).toEqual({
    "docker.io": "localhost:5000",
    "ghcr.io": "m.example/x",
  });
  expect(parseMirrors(undefined)).toEqual({});
  expect(() => parseMirrors("docker.io=https://m.example")).toThrow(ImageSpecError);
});

it("has none for a host named like a property of every object", () => {
  expect(mirrorOf("constructor", "a", {})).toBeUndefined();
  expect(mirrorOf("ghcr.io", "a/b", { "ghcr.io": "m.example/x" })).toEqual({
    registry: "m.example",
    repository: "x/a/b",
  });
});
