import { expect, it } from "vitest";
import { checkBuilt } from "./check-built.ts";
import type { Source } from "./source-kinds.ts";

const archive = { filename: "demo-1.0.tar.gz", url: "https://host/demo-1.0.tar.gz", hashes: [], size: undefined };
const git = { url: "https://host/demo", commit: "0".repeat(40) };
const served: Source = { name: "demo-kit", version: "1.0", archive };
const wheel = (name: string, version: string) => ({
  name,
  version,
  requires: [],
  requiresPython: undefined,
  extras: [],
});

it.each<[string, Source, string, string]>([
  ["its own name and version", served, "demo-kit", "1.0"],
  ["another spelling of both", served, "Demo_Kit", "v1.0.0"],
  ["a local version", served, "demo-kit", "1.0+cpu"],
  ["any version of an address", { ...served, directUrl: "{}" }, "demo-kit", "2.0"],
  ["any version of a commit", { name: "demo-kit", version: "1.0", git }, "demo-kit", "1.1.dev3"],
  ["any version of a project", { name: "demo-kit", files: [], path: "p" }, "demo.kit", "0"],
  ["a version that nobody stated", { name: "demo-kit", version: undefined, archive }, "demo-kit", "3"],
])("takes a wheel with %s", (_, source, name, version) => {
  expect(() => checkBuilt(wheel(name, version), source)).not.toThrow();
});

it.each<[string, Source, string, string]>([
  ["another name", served, "demo", "1.0"],
  ["another version", served, "demo-kit", "1.0.1"],
  ["a version that changes by the day", served, "demo-kit", "2024.1.1"],
  ["no version", served, "demo-kit", ""],
  ["no name", served, "", "1.0"],
  ["another name from an address", { ...served, directUrl: "{}" }, "demo", "1.0"],
  ["another name from a commit", { name: "demo-kit", version: undefined, git }, "demo", "1.0"],
  ["another name of a project", { name: "demo-kit", files: [], path: "p" }, "other", "1.0"],
])("refuses a wheel with %s", (_, source, name, version) => {
  expect(() => checkBuilt(wheel(name, version), source)).toThrow(
    expect.objectContaining({ code: "E_RESOLVE", message: expect.stringContaining(`calls itself ${name} ${version}`) }),
  );
});
