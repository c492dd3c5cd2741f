import { describe, expect, it } from "vitest";
import { FileTree } from "../base/file-tree.ts";
import type { LayerEntry } from "../base/scan-layer.ts";
import { refuseTakenPlace } from "./free-place.ts";

const entry = (type: LayerEntry["type"]): LayerEntry => ({ type, mode: 0o755, uid: 0, gid: 0 });
const refuse = (entries: Record<string, LayerEntry>) =>
  refuseTakenPlace("/opt/venv", new FileTree([async () => ({ entries })]), "base");

describe("refuseTakenPlace", () => {
  it.each([
    ["nothing", {}],
    ["a folder above", { opt: entry("directory") }],
    ["an empty folder", { "opt/venv": entry("directory") }],
  ])("takes %s", async (_, entries) => {
    await expect(refuse(entries)).resolves.toBeUndefined();
  });

  it.each([
    ["a file", { "opt/venv": entry("file") }],
    ["a link that leads nowhere", { "opt/venv": { ...entry("symlink"), link: "/srv/none" } }],
    ["a folder with a file", { "opt/venv": entry("directory"), "opt/venv/foo": entry("file") }],
  ])("refuses %s", async (_, entries) => {
    await expect(refuse(entries)).rejects.toMatchObject({
      code: "E_BUILD",
      message: expect.stringContaining("/opt/venv"),
    });
  });
});
