import type { ShippedFile } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import { unfollowableLink } from "./unfollowable-link.ts";

const link = (path: string, to: string): ShippedFile => ({ type: "symlink", path, mode: 0o777, link: to });
const folder = (path: string): ShippedFile => ({ type: "directory", path, mode: 0o755 });
const file = (path: string): ShippedFile => ({ type: "file", path, mode: 0o644, size: 0, sha256: "", source: "/x" });

describe("unfollowableLink", () => {
  it.each<[string, ShippedFile[], string]>([
    ["to itself", [link("source/a", "a")], "/root/a"],
    ["to itself, with a dot", [folder("copy/x"), link("copy/x/y.log", "./y.log")], "/root/x/y.log"],
    ["to itself, by the folder it is in", [folder("source/x"), link("source/x/a", "../x/a")], "/root/x/a"],
    ["in a circle of three", [link("source/a", "b"), link("source/b", "c"), link("source/c", "a")], "/root/a"],
    ["below itself", [link("source/a", "a/b")], "/root/a"],
    ["to itself, by its path in the image", [link("source/a", "/root/a")], "/root/a"],
    ["out of /root and back to itself", [link("source/x/a", "../../root/x/a")], "/root/x/a"],
    ["through a file", [file("source/f"), link("source/a", "f/b")], "/root/a"],
    ["to a file with a slash behind it", [file("source/f"), link("copy/a", "/root/f/")], "/root/a"],
    ["to a name that no file has", [link("source/a", "é".repeat(128))], "/root/a"],
    ["from the sources to the copies and back", [link("source/a", "b"), link("copy/b", "a")], "/root/a"],
  ])("finds one that leads %s", (_, files, path) => {
    expect(unfollowableLink(files)).toBe(path);
  });

  it.each<[string, ShippedFile[]]>([
    ["to a file", [file("source/a"), link("source/b", "a")]],
    ["to nothing", [link("source/b", "nowhere/at/all")]],
    ["to a name like its own beside /root", [link("source/a", "/a"), link("source/x/b", "/x/b")]],
    ["above the root of the image and back", [file("source/f"), link("source/a", "../../../root/f")]],
    ["to the folder it is in", [folder("source/x"), link("source/x/up", "..")]],
    ["through other links", [folder("source/x"), link("source/y", "x"), file("source/x/f"), link("source/z", "y/f")]],
    ["to itself where a copy replaces it", [link("source/a", "a"), file("copy/a")]],
    ["among requirements, which are not in the image", [link("requirements/a", "a")]],
  ])("takes one that leads %s", (_, files) => {
    expect(unfollowableLink(files)).toBeUndefined();
  });
});
