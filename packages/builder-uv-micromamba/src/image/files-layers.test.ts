import type { ShippedFile } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import { filesLayers } from "./files-layers.ts";

const file = (path: string): ShippedFile => ({ type: "file", path, mode: 0o644, size: 0, sha256: "", source: "/none" });
const layers = (...files: ShippedFile[]) =>
  filesLayers({ trees: [{ from: "source", to: "/root" }] }, files, {
    owner: { uid: 1000, gid: 1000 },
    base: new Map(),
  });

describe("filesLayers", () => {
  it("makes a layer of each tree that has files", () => {
    expect(layers(file("source/a.py"))).toHaveLength(1);
    expect(layers(file("copy/a.py"))).toHaveLength(0);
  });

  it.each(["source/.wh.secret", "source/.wh..wh..opq", "source/.wh.folder/x", "source/pkg/.wh.x"])(
    "refuses %s, which would delete files where the layer is unpacked",
    (path) => {
      expect(() => layers(file("source/a.py"), file(path))).toThrow(
        expect.objectContaining({ code: "E_INPUT_FILE", message: expect.stringContaining(path) }),
      );
    },
  );

  const folder: ShippedFile = { type: "directory", path: "source/app", mode: 0o755 };
  const link: ShippedFile = { type: "symlink", path: "source/app", mode: 0o777, link: "x" };
  const over = (shipped: ShippedFile, type: "file" | "directory" | "symlink" | "other") => () =>
    filesLayers({ trees: [{ from: "source", to: "/root" }] }, [shipped], {
      owner: { uid: 1000, gid: 1000 },
      base: new Map([["root/app", { type }]]),
    });

  it("refuses a folder over something else of the base, and something else over its folder", () => {
    for (const build of [
      over(folder, "file"),
      over(folder, "symlink"),
      over(folder, "other"),
      over(file("source/app"), "directory"),
      over(link, "directory"),
    ])
      expect(build).toThrow(
        expect.objectContaining({ code: "E_INPUT_FILE", message: expect.stringContaining("/root/app") }),
      );
    for (const build of [over(folder, "directory"), over(file("source/app"), "symlink"), over(link, "file")])
      expect(build).not.toThrow();
  });
});
