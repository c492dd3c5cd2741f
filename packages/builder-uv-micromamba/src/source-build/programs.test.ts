import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePrograms } from "./programs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imagespec-unpack-"));
  mkdirSync(at("to"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (path: string) => join(folder, path);

/** Unpacks what this Python makes, under a name. */
async function unpack(name: string, make: string) {
  const { unpack } = await writePrograms(at("programs"), at("asked"));
  const head = "import io, os, sys, tarfile, zipfile\npath, = sys.argv[1:]\n";
  const add = "def add(to, name, text=b'x', **more):\n  info = tarfile.TarInfo(name); info.size = len(text)\n";
  const made = `${head}${add}  for key in more: setattr(info, key, more[key])\n  to.addfile(info, io.BytesIO(text))\n${make}`;
  expect(spawnSync("python3", ["-c", made, at("archive")], { encoding: "utf8" }).stderr).toBe("");
  const { status, stderr } = spawnSync("python3", [unpack, at("archive"), at("to"), name], { encoding: "utf8" });
  return { status, said: stderr.trim().split("\n").at(-1) };
}

describe("unpacking a source distribution", () => {
  const both = `
with tarfile.open(path, "w") as to: add(to, "a/setup.py", b"tar")
with zipfile.ZipFile(path, "a") as to: to.writestr("a/setup.py", "zip")`;

  it.each([
    ["a-1.tar", "tar"],
    ["a-1.zip", "zip"],
  ])("reads what is a tar and a zip as its name says: %s", async (name, text) => {
    expect(await unpack(name, both)).toMatchObject({ status: 0 });
    expect(readFileSync(at("to/a/setup.py"), "utf8")).toBe(text);
  });

  it.each(["gz", "bz2", "xz"])("reads a tar of compression %s", async (form) => {
    expect(await unpack(`a-1.tar.${form}`, `with tarfile.open(path, "w:${form}") as to: add(to, "a/x")`)).toMatchObject(
      { status: 0 },
    );
    expect(existsSync(at("to/a/x"))).toBe(true);
  });

  it.each([
    ["a tar", "a.tar", 'with tarfile.open(path, "w") as to: add(to, "a/x"); add(to, "a/./x", b"y")'],
    ["a zip", "a.zip", 'with zipfile.ZipFile(path, "w") as to: to.writestr("a/x", ""); to.writestr("a//x", "y")'],
  ])("leaves %s with two files of one name to others", async (_, name, make) => {
    expect(await unpack(name, make)).toEqual({ status: 1, said: `${name} has two files of one name` });
    expect(existsSync(at("to/a"))).toBe(false);
  });

  it("names the most that it unpacks", async () => {
    const sparse = `
with open(path, "wb") as file:
  info = tarfile.TarInfo("a/x"); info.size = 5 << 30
  file.write(info.tobuf(tarfile.GNU_FORMAT)); file.truncate(512 + info.size + 1024)`;
    expect(await unpack("a.tar", sparse)).toEqual({ status: 1, said: "a.tar holds more than 4 GiB" });
  });

  it.each(["a.tar.lz", "a.TAR.GZ", "a", "a.whl"])(
    "leaves a format that it does not know to others: %s",
    async (name) => {
      expect(await unpack(name, both)).toEqual({ status: 1, said: `${name} is an archive of no known format` });
    },
  );
});

describe("a hostile source distribution", () => {
  it.each([
    [
      "a link that leads out, and a file through it",
      "add(to, 'a/l', b'', type=tarfile.SYMTYPE, linkname='../../out'); add(to, 'a/l/x')",
    ],
    ["a hard link to a file of the machine", "add(to, 'a/l', b'', type=tarfile.LNKTYPE, linkname='/etc/passwd')"],
    ["a path that leads out", "add(to, 'a/../../out/x')"],
    [
      "a link that leads out from where another link puts it",
      "add(to, 'b/c/l', b'', type=tarfile.SYMTYPE, linkname='../..'); add(to, 'b/c/l/m', b'', type=tarfile.SYMTYPE, linkname='../..'); add(to, 'm/out', b'')",
    ],
    ["a device", "add(to, 'a/d', b'', type=tarfile.CHRTYPE, devmajor=1, devminor=3)"],
    ["a path of an extended header that leads out", "add(to, 'a/x', pax_headers={'path': '../out/x'})"],
  ])("writes nothing elsewhere: %s", async (_, members) => {
    const { status } = await unpack(
      "a.tar",
      `with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as to: ${members}`,
    );
    expect(status).toBe(1);
    expect(existsSync(at("out"))).toBe(false);
    expect(existsSync(at("to/a/d"))).toBe(false);
  });

  it("sets no bits of privilege, no owner, and the same modes by every Python", async () => {
    const make = `
with tarfile.open(path, "w") as to:
  for name, mode in (("w", 0o6777), ("x", 0o711), ("y", 0o077), ("z", 0)):
    add(to, name, mode=mode, uid=4711, gid=4711, uname="nobody")
  add(to, "d", b"", type=tarfile.DIRTYPE, mode=0o1700, uid=4711)
  add(to, "/abs")`;
    expect(await unpack("a.tar", make)).toMatchObject({ status: 0 });
    const names = ["w", "x", "y", "z", "d", "abs"];
    const { stdout } = spawnSync("stat", ["-c", "%a %u", ...names.map((name) => at(`to/${name}`))], {
      encoding: "utf8",
    });
    const folder = (0o777 & ~process.umask()).toString(8);
    const modes = ["755", "711", "644", "600", folder, "644"];
    expect(stdout.trim().split("\n")).toEqual(modes.map((mode) => `${mode} ${process.getuid?.()}`));
  });
});
