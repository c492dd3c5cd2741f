import { describe, expect, it } from "vitest";
import { FileTree } from "../base/file-tree.ts";
import type { LayerEntry } from "../base/scan-layer.ts";
import { refuseOwnFolder, refuseTakenPlace } from "./free-place.ts";

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

describe("refuseOwnFolder", () => {
  const refuse = (entries: Record<string, LayerEntry>) =>
    refuseOwnFolder("/opt/python", new FileTree([async () => ({ entries })]), "base");

  it.each([
    ["nothing", {}],
    ["a folder as uv makes it", { "opt/python": entry("directory") }],
  ])("takes %s", async (_, entries) => {
    await expect(refuse(entries)).resolves.toBeUndefined();
  });

  it.each([
    ["a file", { "opt/python": entry("file") }],
    ["a link", { "opt/python": { ...entry("symlink"), link: "/srv/python" } }],
    ["a folder of another mode", { "opt/python": { ...entry("directory"), mode: 0o700 } }],
    ["a folder of another owner", { "opt/python": { ...entry("directory"), gid: 5 } }],
    ["a folder that hands its group on", { "opt/python": { ...entry("directory"), mode: 0o2755 } }],
    ["a Python", { "opt/python": entry("directory"), "opt/python/cpython-3.12": entry("directory") }],
  ])("leaves %s to other builders", async (_, entries) => {
    await expect(refuse(entries)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("/opt/python"),
    });
  });
});
