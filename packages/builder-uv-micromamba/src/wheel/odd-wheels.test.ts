import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipArchive } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TARGET } from "./fixtures/target.ts";
import { wheelEntries } from "./wheel-entries.ts";
import { ZipArchive } from "./zip-archive.ts";

const INFO = "demo-1.0.dist-info";
const FILES = {
  [`${INFO}/METADATA`]: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
  [`${INFO}/WHEEL`]: "Wheel-Version: 1.0\n",
  [`${INFO}/RECORD`]: "",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "odd-wheel-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The texts of a wheel's files as they are installed, by path. */
async function install(files: Record<string, string>): Promise<Map<string, string>> {
  const path = join(folder, "x.whl");
  await writeFile(path, zipArchive(files));
  const zip = await ZipArchive.open(path, "demo.whl");
  try {
    const found = new Map<string, string>();
    for (const { path, content } of await wheelEntries(zip, TARGET, {
      filename: "demo.whl",
      name: "demo",
      version: "1.0",
    })) {
      const parts = content instanceof Uint8Array ? [content] : await Array.fromAsync(content());
      found.set(path, Buffer.concat(parts).toString("utf8"));
    }
    return found;
  } finally {
    await zip.close();
  }
}

describe("a wheel that is odd", () => {
  it.each(["#!python", "#!python -E", "#!pythonx\r", "#!python\r\n", `#!python ${"x".repeat(600)}\n`])(
    "names the interpreter in a script that begins with %j",
    async (line) => {
      const place = "demo-1.0.data/scripts/odd";
      const first = await install({ ...FILES, [place]: line });
      expect(first.get("opt/venv/bin/odd")).toBe("#!/opt/venv/bin/python\n");
      if (!/[\r\n]$/.test(line)) return;
      const more = await install({ ...FILES, [place]: `${line}print(1)` });
      expect(more.get("opt/venv/bin/odd")).toBe("#!/opt/venv/bin/python\nprint(1)");
    },
  );

  it.each([
    ["[console_scripts]\na = b:c\n[console_scripts]\n", /the section \[console_scripts\] twice/],
    ["[z]\n[z]\n", /the section \[z\] twice/],
    ["[console_scripts\na = b:c\n", /leaves a bracket open/],
    ["a = b:c\n", /begins without a section/],
    ["[console_scripts]\na = b:c\n d = e:f\n", /a value of several lines/],
  ])("refuses entry points as uv does: %j", async (points, message) => {
    await expect(install({ ...FILES, [`${INFO}/entry_points.txt`]: points })).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(message),
    });
  });

  it("refuses names with control characters as uv does, and hands on those with a backslash", async () => {
    for (const name of ["a\nb", "a\tb", "a\u007fb", "a\u0085b"])
      await expect(install({ ...FILES, [`demo/${name}.py`]: "" }), JSON.stringify(name)).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringContaining("control character"),
      });
    await expect(install({ ...FILES, "demo\\more.py": "" })).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});
