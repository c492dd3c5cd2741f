import { describe, expect, it } from "vitest";
import { explainDifference } from "./explain-difference.ts";
import { publishedIdentity } from "./published-identity.ts";

const file = (path: string, mode = "0644", content = "1") => [path, "file", mode, content];
const document = {
  imagespec: 1,
  recipe: 1,
  id: "one",
  platforms: ["linux/amd64"],
  base: { image: "python:3.12-slim-bookworm", given: false },
  apt: ["git", "curl"],
  environment: { manager: "venv", bytecode: true, python: { from: "version", version: "3.12" } },
  packages: { from: "uv-lock", lock: "requirements/uv.lock", index: "https://index.example/simple" },
  env: { MODE: "a", OLD: "1" },
  files: [file("requirements/uv.lock"), file("source/a.py"), file("source/b.py")],
  trees: ["source"],
  commands: ["echo 1", "echo 2"],
  tools: { uvImage: "ghcr.io/astral-sh/uv:0.1.0", micromambaImage: "mambaorg/micromamba:1.0.0" },
};
/** The same with parts replaced; its id differs, as that of a changed spec does. */
const changed = (parts: object) => JSON.stringify({ ...document, id: "two", ...parts });
const explain = (parts: object) => explainDifference(JSON.stringify(document), changed(parts));

describe("explainDifference", () => {
  it.each<[string, object, object[]]>([
    [
      "an item in the middle of a list is one difference",
      { apt: ["git", "build-essential", "curl"] },
      [{ of: "parameter", name: "aptPackages", kind: "added", after: "build-essential" }],
    ],
    [
      "the order of a list",
      { commands: ["echo 2", "echo 1"] },
      [
        {
          of: "parameter",
          name: "commands",
          kind: "reordered",
          before: ["echo 1", "echo 2"],
          after: ["echo 2", "echo 1"],
        },
      ],
    ],
    [
      "an item that is there twice",
      { commands: ["echo 1", "echo 2", "echo 1"] },
      [{ of: "parameter", name: "commands", kind: "added", after: "echo 1" }],
    ],
    [
      "variables one by one, also those called like a property of every object",
      { env: { MODE: "b", constructor: "x" } },
      [
        { of: "parameter", name: "env.MODE", kind: "changed", before: "a", after: "b" },
        { of: "parameter", name: "env.OLD", kind: "removed", before: "1" },
        { of: "parameter", name: "env.constructor", kind: "added", after: "x" },
      ],
    ],
    [
      "the Python version",
      { environment: { ...document.environment, python: { from: "version", version: "3.13" } } },
      [{ of: "parameter", name: "pythonVersion", kind: "changed", before: "3.12", after: "3.13" }],
    ],
    [
      "conda in place of a virtual environment, without what follows from it",
      { environment: { manager: "conda", bytecode: true, pythonVersion: "3.12", packages: ["gdal"], channels: ["c"] } },
      [
        { of: "parameter", name: "condaPackages", kind: "added", after: "gdal" },
        { of: "parameter", name: "condaChannels", kind: "added", after: "c" },
      ],
    ],
    [
      "files by their paths, a lock as such",
      {
        files: [
          file("requirements/uv.lock", "0644", "2"),
          file("source/b.py", "0755"),
          file("source/constructor.py", "0644", "3"),
        ],
      },
      [
        {
          of: "lock",
          name: "requirements/uv.lock",
          kind: "changed",
          before: ["file", "0644", "1"],
          after: ["file", "0644", "2"],
        },
        { of: "file", name: "source/a.py", kind: "removed", before: ["file", "0644", "1"] },
        {
          of: "file",
          name: "source/b.py",
          kind: "changed",
          before: ["file", "0644", "1"],
          after: ["file", "0755", "1"],
        },
        { of: "file", name: "source/constructor.py", kind: "added", after: ["file", "0644", "3"] },
      ],
    ],
    [
      "the base, given or by default",
      { base: { image: "debian:12", given: true } },
      [{ of: "base", name: "base.image", kind: "changed", before: "python:3.12-slim-bookworm", after: "debian:12" }],
    ],
    [
      "what this version of imagespec does otherwise",
      { recipe: 2 },
      [{ of: "recipe", name: "recipe", kind: "changed", before: 1, after: 2 }],
    ],
    [
      "a tool that the spec names",
      { tools: { ...document.tools, uvImage: "uv.example/uv:2" } },
      [
        {
          of: "parameter",
          name: "builderConfig.uvImage",
          kind: "changed",
          before: "ghcr.io/astral-sh/uv:0.1.0",
          after: "uv.example/uv:2",
        },
      ],
    ],
    [
      "parameters that are written otherwise and come to the same, which move the tag all the same",
      {},
      [{ of: "parameter", name: "id", kind: "changed", before: "one", after: "two" }],
    ],
    [
      "an environment that is new as a whole",
      { packages: undefined, environment: undefined },
      [
        { of: "parameter", name: "pythonVersion", kind: "removed", before: "3.12" },
        { of: "parameter", name: "requirements", kind: "removed", before: "requirements/uv.lock" },
        { of: "parameter", name: "pipIndex", kind: "removed", before: "https://index.example/simple" },
      ],
    ],
  ])("tells %s", (_name, parts, differences) => {
    expect(explain(parts)).toEqual(differences);
  });

  it("finds nothing where nothing differs", () => {
    expect(explainDifference(JSON.stringify(document), JSON.stringify(document))).toEqual([]);
  });

  it("compares published documents, where a value that is not told has changed or not", () => {
    const published = (parts: object) => publishedIdentity(changed(parts));
    const index = "https://other.example/simple";
    const differences = explainDifference(published({}), published({ packages: { ...document.packages, index } }));
    expect(differences).toEqual([
      {
        of: "parameter",
        name: "pipIndex",
        kind: "changed",
        before: { sha256: expect.any(String) },
        after: { sha256: expect.any(String) },
      },
    ]);
  });
});
