import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inspectedBase, tarOf } from "../base/fixtures/inspected-base.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { keepFolderModes } from "./folder-modes.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "folder-modes-"));
});
afterEach(() => rm(root, { recursive: true }));

const folder = (path: string, mode: number): TarEntry => ({ type: "directory", path, mode, uid: 0, gid: 0 });
const LAYER: LayerSource = {
  key: { some: "layer" },
  title: "packages",
  entries: () => [folder("opt/venv", 0o755), folder("opt/venv/lib", 0o755), textFile("opt/venv/lib/new.py", "")],
};

const VENV = { prefix: "/opt/venv", python: { path: "/usr/bin/python3.11", minor: "3.11", version: undefined } };

async function kept(below: TarEntry[], removed: string[] = []) {
  const inspector = await inspectedBase(root, await tarOf(below));
  const [layer] = await keepFolderModes([LAYER], VENV, removed, { inspector, base: { name: "base:1" } });
  const entries = await Array.fromAsync(layer?.entries(new AbortController().signal) ?? []);
  const modes = entries.flatMap((entry) => (entry.type === "directory" ? [entry.mode.toString(8)] : []));
  return { modes, key: layer?.key };
}

it("keeps the modes of folders in which something stays", async () => {
  const there = [folder("opt/venv", 0o750), folder("opt/venv/lib", 0o775), textFile("opt/venv/lib/old.py", "")];
  const { modes, key } = await kept(there);
  expect(modes).toEqual(["750", "775"]);
  expect(key).toEqual({ modes: { "opt/venv": 0o750, "opt/venv/lib": 0o775 }, layer: LAYER.key });
});

it("makes folders anew from which all is removed, and those that have the usual mode", async () => {
  const share = [folder("opt/venv", 0o755), folder("opt/venv/share", 0o700), textFile("opt/venv/share/old.txt", "")];
  const { key } = await kept([...share, textFile("opt/venv/kept", "")], ["opt/venv/share/old.txt"]);
  expect(key).toEqual(LAYER.key);
  expect((await kept([folder("opt/venv", 0o755), textFile("opt/venv/kept", "")])).key).toBe(LAYER.key);
});

it("keeps the mode of site-packages and what leads to it, even if nothing stays there", async () => {
  const site = "opt/venv/lib/python3.11/site-packages";
  const there = [
    folder("opt/venv", 0o755),
    folder("opt/venv/lib", 0o750),
    folder(site, 0o700),
    textFile(`${site}/a`, ""),
  ];
  const { key } = await kept(there, [`${site}/a`]);
  expect(key).toEqual({ modes: { "opt/venv/lib": 0o750, [site]: 0o700 }, layer: LAYER.key });
});

it("leaves to other builders what hands its group on", async () => {
  await expect(kept([folder("opt/venv", 0o2775), textFile("opt/venv/old.py", "")])).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: "/opt/venv of base:1 has set-group-ID, which new folders take over",
  });
});
