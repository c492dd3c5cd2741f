import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BaseEnvironment } from "../base/base-inspector.ts";
import { inspectedBase, tarOf } from "../base/fixtures/inspected-base.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { removalLayer, removedPaths } from "./removal-layer.ts";

const SITE = "opt/venv/lib/python3.11/site-packages";
const DEMO = { name: "demo", version: "1", info: "demo-1.dist-info" };
const RECORD = `${SITE}/${DEMO.info}/RECORD`;
const ROWS =
  "demo.py,,\ndemo/core.py,,\ndemo/data.txt,,\ngone.py,,\n../../../bin/demo,,\n/etc/demo,,\ndemo-1.dist-info/RECORD,,\n";
const VENV: BaseEnvironment = {
  kind: "venv",
  prefix: "/opt/venv",
  python: { path: "/usr/bin/python3.11", minor: "3.11", version: "3.11.2" },
  distributions: [DEMO],
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "removal-layer-"));
});
afterEach(() => rm(root, { recursive: true }));

const there = (...paths: string[]) => paths.map((path) => textFile(path, ""));

async function removed(...entries: TarEntry[]): Promise<string[]> {
  const inspector = await inspectedBase(root, await tarOf(entries));
  const layer = removalLayer([DEMO], await removedPaths(VENV, [DEMO], inspector));
  const { signal } = new AbortController();
  return Array.fromAsync(layer?.entries(signal) ?? [], ({ type, path }) => `${type} ${path}`);
}

const CACHE = `${SITE}/demo/__pycache__`;
const FILES = there(
  ...[`${SITE}/demo.py`, `${SITE}/demo/core.py`, `${SITE}/demo/data.txt`, "opt/venv/bin/demo", "etc/demo"],
  ...[`${CACHE}/core.cpython-311.pyc`, `${CACHE}/other.cpython-311.pyc`, `${SITE}/__pycache__/demo.cpython-312.pyc`],
);
const OURS = [
  "opt/venv/bin/demo",
  `${SITE}/__pycache__/demo.cpython-312.pyc`,
  `${SITE}/demo-1.dist-info`,
  `${SITE}/demo.py`,
  `${SITE}/demo/__pycache__/core.cpython-311.pyc`,
  `${SITE}/demo/core.py`,
  `${SITE}/demo/data.txt`,
].map((path) => `whiteout ${path}`);

it("removes what a RECORD names inside the environment, and its bytecode", async () => {
  expect(await removed(textFile(RECORD, ROWS), ...FILES)).toEqual(OURS);
});

it.each<[string, TarEntry]>([
  ["a link", { type: "symlink", path: RECORD, link: "/srv/RECORD", uid: 0, gid: 0 }],
  ["a hard link", { type: "hardlink", path: RECORD, link: "srv/RECORD", uid: 0, gid: 0 }],
])("reads a RECORD that is %s to a file elsewhere", async (_, entry) => {
  expect(await removed(textFile("srv/RECORD", ROWS), entry, ...FILES)).toEqual(OURS);
});

it.each<[string, TarEntry[]]>([
  ["has no RECORD", there(`${SITE}/${DEMO.info}/METADATA`)],
  ["has an empty RECORD", there(RECORD)],
  ["has a folder for a RECORD", there(`${RECORD}/x`)],
])("leaves the files of what %s to other builders", async (_, entries) => {
  await expect(removed(...entries, ...FILES)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
});

it("leaves in the .dist-info what its RECORD does not name, as uv does", async () => {
  const paths = await removed(textFile(RECORD, ROWS), ...there(`${SITE}/${DEMO.info}/NOTES`), ...FILES);
  expect(paths).toContain(`whiteout ${RECORD}`);
  expect(paths).not.toContain(`whiteout ${SITE}/${DEMO.info}`);
  expect(paths).not.toContain(`whiteout ${SITE}/${DEMO.info}/NOTES`);
});

const LIB64: TarEntry = { type: "symlink", path: "opt/venv/lib64", link: "lib", uid: 0, gid: 0 };

it("removes what a RECORD names by the environment's link lib64", async () => {
  const record = textFile(RECORD, `${ROWS}../../../lib64/demo.so,,\n`);
  expect(await removed(record, LIB64, ...there("opt/venv/lib/demo.so"), ...FILES)).toContain(
    "whiteout opt/venv/lib/demo.so",
  );
});

it("leaves to other builders a package whose folder is a link, which uv does not remove", async () => {
  const linked: TarEntry = { type: "symlink", path: `${SITE}/demo`, link: "/srv/demo", uid: 0, gid: 0 };
  await expect(removed(textFile(RECORD, ROWS), linked, ...there("srv/demo/core.py"))).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: expect.stringContaining(`/${SITE}/demo of demo 1 of the base image`),
  });
});
