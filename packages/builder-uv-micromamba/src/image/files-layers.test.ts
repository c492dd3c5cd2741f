import type { ShippedFile } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import { filesLayers } from "./files-layers.ts";

const file = (path: string): ShippedFile => ({ type: "file", path, mode: 0o644, size: 0, sha256: "", source: "/none" });
const layers = (...files: ShippedFile[]) =>
  filesLayers({ trees: [{ from: "source", to: "/root" }] }, files, { uid: 1000, gid: 1000 });

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
});
