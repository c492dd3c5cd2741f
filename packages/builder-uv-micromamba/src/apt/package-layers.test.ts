import { expect, it } from "vitest";
import { FileTree } from "../base/file-tree.ts";
import type { LayerEntry } from "../base/scan-layer.ts";
import { debianBase } from "./fixtures/debian-base.ts";
import { packageLayers } from "./package-layers.ts";
import { FilePlan } from "./plan/file-plan.ts";

const FOLDERS = ["usr", "usr/share", "usr/share/demo", "srv"];

/**
 * The key of the layer of a package with one file in /usr/share/demo, over a base whose folders are as usual but for
 * one.
 */
async function keyOver(other: Partial<LayerEntry>, folder: string) {
  const usual: LayerEntry = { type: "directory", mode: 0o755, uid: 0, gid: 0 };
  const entries = Object.fromEntries(FOLDERS.map((path) => [path, path === folder ? { ...usual, ...other } : usual]));
  const plan = new FilePlan(new FileTree([async () => ({ entries })]), debianBase({}).system);
  const path = "usr/share/demo/file";
  await plan.add(path, { type: "file", mode: 0o644, uid: 0, gid: 0, size: 1, from: { package: 0, path } }, "demo");
  const archive = { name: "demo", version: "1", url: "", sha256: "sha256:0", size: 1, automatic: false };
  const [layer] = await packageLayers({
    archives: [{ ...archive, fetch: () => Promise.reject(new Error("not asked")) }],
    plan,
    programs: { aptGet: "", dpkgDeb: "" },
    limit: 1,
    resolution: { packages: [archive], indexes: [], manual: [] },
  });
  return layer?.key;
}

it.each(FOLDERS)(
  "is another layer over a base with another /%s exactly where it writes that folder",
  async (folder) => {
    const usual = await keyOver({}, "");
    for (const other of [{ mode: 0o700 }, { uid: 7 }, { gid: 50 }]) {
      const key = await keyOver(other, folder);
      if (folder === "srv") expect(key).toEqual(usual);
      else expect(key).not.toEqual(usual);
    }
  },
);
