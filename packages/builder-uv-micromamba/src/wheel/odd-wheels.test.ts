import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipArchive } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TARGET } from "./fixtures/target.ts";
import { wheelEntries } from "./wheel-entries.ts";
import { ZipArchive } from "./zip-archive.ts";

const SITE = "opt/venv/lib/python3.11/site-packages";
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
async function install(files: Record<string, string | Uint8Array>, version = "1.0"): Promise<Map<string, string>> {
  const path = join(folder, "x.whl");
  await writeFile(path, zipArchive(files));
  const zip = await ZipArchive.open(path, "demo.whl");
  try {
    const found = new Map<string, string>();
    for (const { path, content } of await wheelEntries(zip, TARGET, {
      filename: "demo.whl",
      name: "demo",
      version,
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
    ["[console_scripts\na = b:c\n", /a section without a name in brackets/],
    ["a = b:c\n", /begins without a section/],
    ["[console_scripts]\na = b:c\n d = e:f\n", /a value of several lines/],
  ])("refuses entry points as uv does: %j", async (points, message) => {
    await expect(install({ ...FILES, [`${INFO}/entry_points.txt`]: points })).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(message),
    });
  });

  it.each([
    "[console_scripts]\na = b:c\n[z]\nx = 1\nx = 2\n",
    "[console_scripts]\na = b:c\n[z]\nno option\n",
    "[console_scripts]\na = b:c\n[]\n",
    "[console_scripts]\na = b:c\na = b:c\n",
    "[console_scripts]\na = b:c\n[z]\n= x\n",
    "[console_scripts]\na = b:c[]\n",
    "[console_scripts]\na = b:c # d\n",
  ])("refuses entry points that uv does not read: %j", async (points) => {
    const files = { ...FILES, [`${INFO}/entry_points.txt`]: points };
    await expect(install(files)).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it.each([
    ["[console_scripts]\ra = b:c\r", ["a"]],
    ["[ console_scripts ]\na = b:c\n", []],
    ["[console_scripts ]\na = b:c\n[console_scripts] more\nd = e:f\n", ["d"]],
    ["[console_scripts]\n\n  a = b:c\n", ["a"]],
    ["[z]\na = x\n  more\n[console_scripts]\nd = e:f [x y]\n", ["d"]],
    ["[console_scripts]\na = my-mod:main\nb = .m:f\nc = 1m:2f\n", ["a", "b", "c"]],
    ["[DEFAULT]\n[console_scripts]\na = b:c\n", ["a"]],
    ["[DEFAULT]\na = b:c\n[z]\n", []],
  ])("reads entry points as uv does: %j", async (points, names) => {
    const found = await install({ ...FILES, [`${INFO}/entry_points.txt`]: points });
    expect([...found.keys()].filter((path) => path.startsWith("opt/venv/bin/"))).toEqual(
      names.map((name) => `opt/venv/bin/${name}`),
    );
  });

  it("lets the later of two groups have a script, records both, and hands on options for every section", async () => {
    const points = (text: string) => install({ ...FILES, [`${INFO}/entry_points.txt`]: text });
    const found = await points("[console_scripts]\na = b:c\n[gui_scripts]\na = d:e\n");
    expect(found.get("opt/venv/bin/a")).toContain("from d import e\n");
    expect(found.get(`${SITE}/${INFO}/RECORD`)?.match(/bin\/a,sha256=/g)).toHaveLength(2);
    await expect(points("[DEFAULT]\nq = r:s\n[console_scripts]\na = b:c\n")).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
    });
  });

  it("refuses names with control characters as uv does, and takes a backslash for a letter", async () => {
    for (const name of ["a\nb", "a\tb", "a\u007fb", "a\u0085b"])
      await expect(install({ ...FILES, [`demo/${name}.py`]: "" }), JSON.stringify(name)).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringContaining("control character"),
      });
    expect([...(await install({ ...FILES, "demo\\more.py": "" })).keys()]).toContain(`${SITE}/demo\\more.py`);
  });

  it("refuses names that no file system holds, of members and of scripts", async () => {
    const [long, fits] = ["x".repeat(256), "x".repeat(255)];
    const script = (name: string) => ({ [`${INFO}/entry_points.txt`]: `[console_scripts]\n${name} = a:b\n` });
    const names = [long, "ü".repeat(128), `${"x/".repeat(2048)}y`];
    for (const files of [...names.map((name) => ({ [name]: "" })), script(long)])
      await expect(install({ ...FILES, ...files })).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringContaining("too long"),
      });
    expect((await install({ ...FILES, [fits]: "", ...script(fits) })).has(`opt/venv/bin/${fits}`)).toBe(true);
  });

  it.each(["", "Wheel-Version: 2.0\n", "Wheel-Version: 1\n", "wheel-version: 1.0\n", "X: y\n\nWheel-Version: 1.0\n"])(
    "refuses a wheel that is of another version of the format: %j",
    async (text) => {
      await expect(install({ ...FILES, [`${INFO}/WHEEL`]: text })).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringMatching(/^demo\.whl is a wheel of version .*, not of 1\.x$/),
      });
    },
  );

  it.each([
    "Wheel-Version:1.0",
    "Wheel-Version: 1.99\r\nTag: x\r\n",
    "Wheel-Version:\n 1.0\n",
    "A: b\nWheel-Version: 1.0\nWheel-Version: 2.0\n",
  ])("takes a wheel of version 1: %j", async (text) => {
    expect((await install({ ...FILES, [`${INFO}/WHEEL`]: text })).size).toBe(5);
  });

  it("refuses a wheel without WHEEL, with two .dist-info folders, and with a RECORD that is not UTF-8", async () => {
    const { [`${INFO}/WHEEL`]: _, ...without } = FILES;
    for (const files of [
      without,
      { ...FILES, "other-1.dist-info/x": "" },
      { ...FILES, "other-1.dist-info/": "" },
      { ...FILES, [`${INFO}/RECORD`]: Buffer.from("demo/\xff.py,,\n", "latin1") },
      { ...FILES, [`${INFO}/RECORD`]: "a.py\n" },
    ])
      await expect(install(files)).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringMatching(/^demo/),
      });
  });

  it.each([
    ["Name:\n demo\nVersion:\n 1.0\n", true],
    ["Name: demo\nVersion: 1.0\n\nName: other\n", true],
    ["\nName: demo\nVersion: 1.0\n", false],
    ["no field\nName: demo\nVersion: 1.0\n", false],
    ["\uFEFFName: demo\nVersion: 1.0\n", false],
    ["Name : demo\nVersion: 1.0\n", false],
  ])("reads METADATA as uv does: %j", async (text, isTaken) => {
    const installed = install({ ...FILES, [`${INFO}/METADATA`]: text });
    if (isTaken) expect((await installed).size).toBe(5);
    else await expect(installed).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("hands on a wheel whose needs ask what machine builds, and takes those of other systems", async () => {
    const needing = (...needs: string[]) => {
      const fields = needs.map((need) => `Requires-Dist: ${need}\n`).join("");
      return install({ ...FILES, [`${INFO}/METADATA`]: `Name: demo\nVersion: 1.0\n${fields}` });
    };
    for (const need of [
      "six; platform_release > '5'",
      "six ;\n platform_version != ''",
      "six; os_name == 'nt' or platform.version == 'x'",
    ])
      await expect(needing("other>1", need), need).rejects.toMatchObject({
        code: "E_UNSUPPORTED",
        message: expect.stringMatching(/^demo\.whl has a requirement that asks for the kernel/),
      });
    const others = ["pyobjc; sys_platform == 'darwin' and platform_release >= '20'", "y; extra == 'platform_release'"];
    expect((await needing(...others, "z (>=1) ; not a marker")).size).toBe(5);
  });

  it("takes a local version that only the file name has, and no other", async () => {
    expect((await install(FILES, "1.0+cpu")).size).toBe(5);
    const local = { ...FILES, [`${INFO}/METADATA`]: "Name: demo\nVersion: 1.0+cpu\n" };
    for (const version of ["1.0", "1.0+cu124", "1.1+cpu"])
      await expect(install(local, version)).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("puts INSTALLER and REQUESTED over the wheel's own, and keeps its signatures", async () => {
    const own = { INSTALLER: "pip\n", REQUESTED: "x", "RECORD.jws": "{}", "direct_url.json": "{}" };
    const files = Object.fromEntries(Object.entries(own).map(([name, text]) => [`${INFO}/${name}`, text]));
    const found = await install({ ...FILES, ...files });
    const text = (name: string) => found.get(`${SITE}/${INFO}/${name}`);
    expect([text("INSTALLER"), text("REQUESTED"), text("RECORD.jws")]).toEqual(["uv", "", "{}"]);
    expect(text("RECORD")?.match(/INSTALLER,/g)).toHaveLength(2);
  });

  it("keeps RECORD's own words where the wheel has them, and adds the sizes of what it leaves out", async () => {
    const record = `./demo/a.py,,\n${INFO}/WHEEL,,19\n"demo/b,c.py",,03\n`;
    const files = { ...FILES, "demo/a.py": "a", "demo/b,c.py": "bcd", "demo/d.py": "d", [`${INFO}/RECORD`]: record };
    const rows = (await install(files)).get(`${SITE}/${INFO}/RECORD`)?.split("\n");
    expect(rows).toEqual(
      expect.arrayContaining([
        "./demo/a.py,,",
        '"demo/b,c.py",,03',
        "demo/d.py,,1",
        `${INFO}/RECORD,,${record.length}`,
      ]),
    );
    const own = { [`${INFO}/RECORD`]: `${INFO}/RECORD,,\n` };
    expect((await install({ ...FILES, ...own })).get(`${SITE}/${INFO}/RECORD`)).toContain(`${INFO}/RECORD,,\n`);
  });

  it("checks a hash that RECORD gives for a path in other words", async () => {
    for (const path of ["demo//a.py", "./demo/./a.py", "\uFEFFdemo/a.py"])
      await expect(
        install({ ...FILES, "demo/a.py": "a", [`${INFO}/RECORD`]: `${path},sha256=${"A".repeat(43)},1\n` }),
        path,
      ).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringContaining("RECORD says") });
  });
});
