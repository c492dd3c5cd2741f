import { describe, expect, it } from "vitest";
import { type BaseFile, debianBase } from "../fixtures/debian-base.ts";
import { readLibraryCache } from "../formats/library-cache.ts";
import type { PlannedFile } from "./file-plan.ts";
import { planLibraries } from "./plan-libraries.ts";

// Written by ldconfig of glibc 2.36 over /lib with libz.so.1 and libffi.so.8.
const CACHE = Buffer.from(
  "Z2xpYmMtbGQuc28uY2FjaGUxLjECAAAAIAAAAAIAAACAAAAAAAAAAAAAAAAAAAAAAwMAAHYAAABxAAAAAAAAAAAAAAAAAAAAAwMAAGUAAABgAAAAAAAAAAAAAAAAAAAAL2xpYi9saWJmZmkuc28uOAAvbGliL2xpYnouc28uMQB0IaTqAQAAAAAAAAAAAAAAmAAAAEMAAABsZGNvbmZpZyAoRGViaWFuIEdMSUJDIDIuMzYtOStkZWIxMnUxNCkgc3RhYmxlIHJlbGVhc2UgdmVyc2lvbiAyLjM2",
  "base64",
);
const BASE: Record<string, BaseFile> = {
  lib: { link: "usr/lib" },
  "usr/lib/libz.so.1": "",
  "usr/lib/libffi.so.8": "",
  "etc/ld.so.cache": CACHE,
  "etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
  "etc/ld.so.conf.d/multi.conf": "# Multiarch support\n/usr/lib/multi\n",
};
const library = (soname?: string): PlannedFile => ({
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 1,
  library: { soname, machine: 62 },
});
const link = (to: string): PlannedFile => ({ type: "symlink", link: to, mode: 0o777, uid: 0, gid: 0, size: 0 });

async function planned(files: Record<string, PlannedFile>, base: Record<string, BaseFile> = BASE) {
  const { plan } = debianBase(base);
  for (const [path, file] of Object.entries(files)) plan.planned.set(path, file);
  await planLibraries(plan, "amd64");
  const cache = plan.planned.get("etc/ld.so.cache")?.text;
  const known = cache === undefined ? [] : readLibraryCache(Buffer.from(cache), "amd64").map(({ path }) => path);
  return { known: known.filter((path) => !/libz\.so\.1|libffi/.test(path)), plan };
}

describe("planLibraries", () => {
  it("lists libraries by the names they are loaded by, in every folder that ldconfig knows", async () => {
    const { known, plan } = await planned({
      "usr/lib/liba.so.1.2": library("liba.so.1"),
      "usr/lib/liba.so.1": link("liba.so.1.2"),
      "usr/lib/multi/libb.so.2": library("libb.so.2"),
      "usr/lib/elsewhere/libc-plugin.so.1": library("libc-plugin.so.1"),
      "usr/lib/multi/tool.so": library("tool.so"),
    });
    expect(known.sort()).toEqual(["/lib/liba.so.1", "/usr/lib/multi/libb.so.2"]);
    expect(plan.planned.get("usr/lib/liba.so.1")?.link).toBe("liba.so.1.2");
  });

  it("makes the link that a package leaves to ldconfig, to the newest file of the name", async () => {
    const { plan } = await planned({
      "usr/lib/multi/libm.so.1.9": library("libm.so.1"),
      "usr/lib/multi/libm.so.1.10": library("libm.so.1"),
    });
    expect(plan.planned.get("usr/lib/multi/libm.so.1")).toMatchObject({ type: "symlink", link: "libm.so.1.10" });
  });

  it("lists a link for compilers by its own name, and a library without a name by its file's", async () => {
    const { known } = await planned({
      "usr/lib/multi/libz.so": link("libz.so.3.1"),
      "usr/lib/multi/libz.so.3.1": library("libz.so.3"),
      "usr/lib/multi/libplain.so": library(),
    });
    expect(known.sort()).toEqual(["/usr/lib/multi/libplain.so", "/usr/lib/multi/libz.so", "/usr/lib/multi/libz.so.3"]);
  });

  it("leaves the cache alone where no library comes", async () => {
    const { plan } = await planned({ "usr/bin/tool": library() });
    expect(plan.planned.has("etc/ld.so.cache")).toBe(false);
  });

  it.each<[string, Record<string, PlannedFile>, Record<string, BaseFile>, RegExp]>([
    [
      "a library for some processors",
      { "usr/lib/x/glibc-hwcaps/v3/liba.so": library("liba.so") },
      BASE,
      /some processors/,
    ],
    ["another list of folders", { "etc/ld.so.conf.d/more.conf": library() }, BASE, /where libraries are looked for/],
    [
      "a base without a cache",
      { "usr/lib/liba.so": library("liba.so") },
      { ...BASE, "etc/ld.so.cache": { folder: true } },
      /no \/etc\/ld\.so\.cache/,
    ],
    [
      "a list that cannot be read",
      { "usr/lib/liba.so": library("liba.so") },
      { ...BASE, "etc/ld.so.conf": "hwcap 1 x\n" },
      /cannot be read/,
    ],
  ])("hands on %s", async (_, files, base, message) => {
    await expect(planned(files, base)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(message),
    });
  });
});
