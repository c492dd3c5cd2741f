import { activateScript } from "@imagespec/core/builder";
import { expect, it } from "vitest";
import type { TarEntry } from "../layer/tar-entry.ts";
import { venvLayer } from "./venv-layer.ts";

const VENV = { prefix: "/opt/venv", python: "/usr/bin/python3.11", minor: "3.11", version: "3.11.2" };

async function entriesOf(systemSitePackages: boolean) {
  const found = new Map<string, TarEntry>();
  for await (const entry of venvLayer({ ...VENV, systemSitePackages }).entries(new AbortController().signal))
    found.set(entry.path, entry);
  return found;
}

function textOf(entry: TarEntry | undefined): string {
  return entry?.type === "file" && entry.content instanceof Uint8Array ? Buffer.from(entry.content).toString() : "";
}

it("links to the interpreter itself, and all other names to that link", async () => {
  const entries = await entriesOf(false);
  const links = [...entries.values()].flatMap((entry) => (entry.type === "symlink" ? [[entry.path, entry.link]] : []));
  expect(links).toEqual([
    ["opt/venv/bin/python", "/usr/bin/python3.11"],
    ["opt/venv/bin/python3", "python"],
    ["opt/venv/bin/python3.11", "python"],
    ["opt/venv/lib64", "lib"],
  ]);
  expect(entries.get("opt/venv/lib/python3.11/site-packages")).toMatchObject({ type: "directory", mode: 0o755 });
});

it.each([true, false])(
  "says in pyvenv.cfg what it is made over, and not by what; system packages: %s",
  async (system) => {
    expect(textOf((await entriesOf(system)).get("opt/venv/pyvenv.cfg")).split("\n")).toEqual([
      "home = /usr/bin",
      "implementation = CPython",
      "version_info = 3.11.2",
      `include-system-site-packages = ${system}`,
      "",
    ]);
  },
);

it("has the one activation script of all builders", async () => {
  const entries = await entriesOf(false);
  expect(textOf(entries.get("opt/venv/bin/activate")).trimEnd().split("\n")).toEqual(activateScript("/opt/venv"));
  expect([...entries.keys()].filter((path) => path.includes("activate"))).toEqual(["opt/venv/bin/activate"]);
});
