import { expect, it } from "vitest";
import { throughMirror } from "./reference-mirror.ts";

it.each([
  ["python:3.11", "localhost:5000/library/python:3.11"],
  ["mambaorg/micromamba:2", "localhost:5000/mambaorg/micromamba:2"],
  ["docker.io/python", "localhost:5000/library/python"],
  ["index.docker.io/a/b", "localhost:5000/a/b"],
  ["ghcr.io/a/b:1@sha256:00", "m.example/x/a/b:1@sha256:00"],
  ["quay.io/a/b", "quay.io/a/b"],
  ["localhost/a", "localhost/a"],
  ["localhost:5001/a", "localhost:5001/a"],
])("%s is fetched as %s", (reference, expected) => {
  expect(throughMirror(reference, { "docker.io": "localhost:5000", "ghcr.io": "m.example/x" })).toBe(expected);
});
