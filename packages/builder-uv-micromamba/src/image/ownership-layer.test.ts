import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inspectedBase, tarOf } from "../base/fixtures/inspected-base.ts";
import { type TarEntry, textFile, whiteout } from "../layer/tar-entry.ts";
import { ownershipLayer } from "./ownership-layer.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "ownership-layer-"));
});
afterEach(() => rm(root, { recursive: true }));

const OWNER = { uid: 1000, gid: 1000 };
const folder = (path: string, mode = 0o755, uid = 0): TarEntry => ({ type: "directory", path, mode, uid, gid: uid });
const link = (path: string, to: string): TarEntry => ({ type: "symlink", path, link: to, uid: 0, gid: 0 });

async function layerOver(...layers: TarEntry[][]) {
  const inspector = await inspectedBase(root, ...(await Promise.all(layers.map(tarOf))));
  return ownershipLayer(["root", "opt/venv"], OWNER, { inspector, baseName: "base:1" });
}

describe("ownershipLayer", () => {
  it("writes what others own again, as the layers show it", async () => {
    const layer = await layerOver(
      [
        folder("root", 0o700),
        textFile("root/.profile", "old"),
        textFile("root/gone", ""),
        textFile("root/run", "#!", 0o4755),
        folder("root/own", 0o755, 1000),
        textFile("root/own/deep", "theirs", 0o600),
        textFile("etc/other", ""),
      ],
      [folder("root", 0o700), textFile("root/.profile", "new"), whiteout("root/gone"), link("root/link", ".profile")],
    );
    const found = [];
    for await (const entry of layer?.entries(new AbortController().signal) ?? []) {
      const text = entry.type === "file" ? Buffer.from(entry.content as Uint8Array).toString() : entry.type;
      found.push([entry.path, "mode" in entry ? entry.mode : undefined, text]);
      expect([entry.uid, entry.gid]).toEqual([1000, 1000]);
    }
    expect(found).toEqual([
      ["root", 0o700, "directory"],
      ["root/.profile", 0o644, "new"],
      ["root/link", undefined, "symlink"],
      ["root/own", 0o755, "directory"],
      ["root/own/deep", 0o600, "theirs"],
      ["root/run", 0o755, "#!"],
    ]);
  });

  it("is not there when all is the user's", async () => {
    expect(
      await layerOver([folder("root", 0o755, 1000), textFile("root/x", "", 0o644, { uid: 1000, gid: 1000 })]),
    ).toBeUndefined();
  });

  it("leaves what a layer cannot write again to other builders", async () => {
    const hard: TarEntry = { type: "hardlink", path: "root/hard", link: "etc/file", uid: 0, gid: 0 };
    await expect(layerOver([textFile("etc/file", "x"), hard])).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
    // What a name that is not UTF-8 is read as.
    for (const entry of [textFile("root/\uFFFD", ""), link("root/link", "\uFFFD")])
      await expect(layerOver([entry])).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
    const large = Buffer.alloc(65 * 1024 * 1024);
    await expect(layerOver([textFile("opt/venv/large", large)])).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("67108864"),
    });
  });

  it("is another layer where the same layers of the base lie in another order", async () => {
    const one = [textFile("root/a", "one"), textFile("root/b", "")];
    const other = [textFile("root/a", "two"), textFile("root/c", "")];
    const keys = await Promise.all([layerOver(one, other), layerOver(other, one)]);
    expect(keys[0]?.key).not.toEqual(keys[1]?.key);
  });
});
