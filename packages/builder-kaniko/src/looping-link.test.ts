import type { ShippedFile } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import { loopingLink } from "./looping-link.ts";

const link = (path: string, to: string): ShippedFile => ({ type: "symlink", path, mode: 0o777, link: to });
const folder = (path: string): ShippedFile => ({ type: "directory", path, mode: 0o755 });
const file = (path: string): ShippedFile => ({ type: "file", path, mode: 0o644, size: 0, sha256: "", source: "/x" });

describe("loopingLink", () => {
  it.each<[string, ShippedFile[], string]>([
    ["to itself", [link("source/a", "a")], "a"],
    ["to itself, with a dot", [folder("copy/x"), link("copy/x/y.log", "./y.log")], "x/y.log"],
    ["to itself, by the folder it is in", [folder("source/x"), link("source/x/a", "../x/a")], "x/a"],
    ["in a circle of three", [link("source/a", "b"), link("source/b", "c"), link("source/c", "a")], "a"],
    ["below itself", [link("source/a", "a/b")], "a"],
    ["from the sources to the copies and back", [link("source/a", "b"), link("copy/b", "a")], "a"],
  ])("finds one that leads %s", (_, files, path) => {
    expect(loopingLink(files)).toBe(path);
  });

  it.each<[string, ShippedFile[]]>([
    ["to a file", [file("source/a"), link("source/b", "a")]],
    ["to nothing", [link("source/b", "nowhere")]],
    ["to the folder it is in", [folder("source/x"), link("source/x/up", "..")]],
    ["through other links", [folder("source/x"), link("source/y", "x"), file("source/x/f"), link("source/z", "y/f")]],
    ["to itself where a copy replaces it", [link("source/a", "a"), file("copy/a")]],
    ["among requirements, which are not in the image", [link("requirements/a", "a")]],
  ])("takes one that leads %s", (_, files) => {
    expect(loopingLink(files)).toBeUndefined();
  });
});
