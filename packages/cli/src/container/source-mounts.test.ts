import { ImageSpec, type ShippedFile } from "@imagespec/core";
import { expect, it } from "vitest";
import { sourceMounts } from "./source-mounts.ts";

const folder = (path: string): ShippedFile => ({ type: "directory", path, mode: 0o755 });

it("mounts what is at the top of the sources, and copies beside them, each once", () => {
  const spec = ImageSpec.parse({ sourceRoot: "src", copy: ["data/", "pkg/more"] }, { root: "/project" });
  const files = ["source", "source/pkg", "source/pkg/inner", "source/main", "copy", "copy/data"].map(folder);
  expect(sourceMounts(spec, files)).toEqual([
    { source: "/project/src/pkg", target: "/root/pkg" },
    { source: "/project/src/main", target: "/root/main" },
    { source: "/project/data", target: "/root/data" },
  ]);
});

it("mounts nothing of a spec without sources", () => {
  expect(sourceMounts(ImageSpec.parse({}, { root: "/project" }), [folder("requirements")])).toEqual([]);
});
