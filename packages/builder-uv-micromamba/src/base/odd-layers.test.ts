import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf, type ImageConfig } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { baseSystem } from "../apt/base-system.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { BaseInspector } from "./base-inspector.ts";
import { paxHeader, type RawEntry, rawTar } from "./fixtures/raw-tar.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "odd-layers-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A base of these layers, from the bottom up. */
async function base(...layers: RawEntry[][]): Promise<BaseInspector> {
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  const blobs = layers.map(rawTar);
  const platform = { os: "linux", architecture: "amd64" };
  return new BaseInspector(
    {
      name: "base:1",
      platform,
      config: { ...platform, rootfs: { type: "layers", diff_ids: [] } } as ImageConfig,
      layers: blobs.map((blob) => ({ mediaType: "", digest: digestOf(blob), size: blob.length })),
      source: {
        name: "test",
        getManifest: () => Promise.reject(new Error("not asked")),
        getBlob: async function* ({ digest }) {
          yield blobs.find((blob) => digestOf(blob) === digest) as Buffer;
        },
      },
      mountFrom: undefined,
    },
    new RecordStore(folder),
    new AbortController().signal,
  );
}

const file = (name: string, content = "", more: RawEntry = {}): RawEntry => ({ name, content, ...more });
const hard = (name: string, link: string): RawEntry => ({ name, link, flag: "1" });
const python = (name: string, version: string) => file(name, `ELF\0${version}\0`, { mode: 0o755 });

describe("hard links of a base", () => {
  it("are files of their own name, with the content of the layer they are in", async () => {
    const made = await base(
      [file("etc/accounts", "root:x:0:0::/:\n", { uid: 7 }), hard("etc/passwd", "etc/accounts")],
      [file("etc/accounts", "other:x:1:1::/:\n")],
    );
    expect(await made.text("etc/passwd")).toBe("root:x:0:0::/:\n");
    expect(await made.tree.resolve("etc/passwd")).toMatchObject({
      path: "etc/passwd",
      entry: { type: "file", uid: 7 },
    });
  });

  it("are left to a container where they are files of dpkg, which are read by their other name", async () => {
    const made = await base(
      [file("status", "Package: old\n"), hard("var/lib/dpkg/status", "status")],
      [file("status", "Package: new\n")],
    );
    const records = new RecordStore(new CacheFolder({ IMAGESPEC_CACHE_DIR: root }));
    await expect(baseSystem(made, "base:1", records)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: "/var/lib/dpkg/status of base:1 is a hard link to a file that a later layer has changed",
    });
  });

  it("go on to lower layers, and in chains", async () => {
    const made = await base(
      [file("a", "one")],
      [hard("b", "a")],
      [file("a", "two"), hard("etc/group", "b")],
      [file("b", "three")],
    );
    expect(await made.text("etc/group")).toBe("one");
  });

  it("keep an interpreter's version where another comes in the place of its other name", async () => {
    const made = await base(
      [
        python("usr/bin/python3.11", "3.11.2"),
        hard("usr/bin/python3", "usr/bin/python3.11"),
        file("usr/lib/python3.11/x"),
      ],
      [python("usr/bin/python3.11", "3.11.9")],
    );
    expect(await made.python("python3")).toEqual({ path: "/usr/bin/python3", minor: "3.11", version: "3.11.2" });
    expect(await made.python("python3.11")).toMatchObject({ version: "3.11.9" });
  });

  it("are followed to a link, and no circle of them without end", async () => {
    const made = await base([
      file("usr/passwd", "root:x:0:0::/:\n"),
      { name: "etc/real", flag: "2", link: "../usr/passwd" },
      hard("etc/passwd", "etc/real"),
      hard("a", "b"),
      hard("b", "a"),
      hard("none", "gone"),
    ]);
    expect(await made.text("etc/passwd")).toBe("root:x:0:0::/:\n");
    expect(await made.tree.resolve("none")).toBeUndefined();
    await expect(made.tree.resolve("a")).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});

describe("headers of a base's layers", () => {
  it("state a large owner in an extended header", async () => {
    const made = await base([paxHeader({ uid: "3000000", gid: "4000000" }), file("etc/passwd")]);
    expect(await made.tree.get("etc/passwd")).toMatchObject({ uid: 3_000_000, gid: 4_000_000 });
  });

  it("are no other for a global header, as engines have it", async () => {
    const made = await base([
      paxHeader({ path: "etc/shadow", uid: "5", comment: "a commit" }, "g"),
      paxHeader({ mtime: "1" }),
      file("etc/passwd", "root:x:0:0::/:\n"),
    ]);
    expect(await made.text("etc/passwd")).toContain("root");
    expect(await made.tree.get("etc/passwd")).toMatchObject({ uid: 0 });
    expect(await made.tree.get("etc/shadow")).toBeUndefined();
  });

  it("name a sparse file, which is left to others where its content counts", async () => {
    const sparse = (name: string) => [
      paxHeader({
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": name,
        "GNU.sparse.realsize": "9",
      }),
      file("GNUSparseFile.7/x", "map"),
    ];
    expect(await (await base(sparse("var/disk"))).tree.get("var/disk")).toMatchObject({ type: "file" });
    for (const name of ["etc/passwd", "root/x", "usr/bin/python3.11", "lib/libc.so.6"])
      await expect((await base(sparse(name))).tree.get("x"), name).rejects.toMatchObject({
        code: "E_UNSUPPORTED",
        message: expect.stringContaining(`/${name} is a sparse file`),
      });
  });

  it.each(["S", "D", "M", "V"])("of the kind %s are refused, as by engines", async (flag) => {
    await expect((await base([file("x", "y", { flag })])).tree.get("x")).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("of a kind that engines do not unpack"),
    });
  });

  it.each([".wh.", "a/.wh..", ".wh..."])("that delete nothing by the name %s are refused", async (name) => {
    await expect((await base([file(name)])).tree.get("x")).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });

  it("hide what lies below by whiteouts of any type, and the same layer's entries stay", async () => {
    const made = await base(
      [file("a", "1"), file("b/c", "1"), file("d/e", "1")],
      [
        file("a", "2"),
        { name: ".wh.a", flag: "2", link: "x" },
        { name: "b/.wh.c", flag: "5" },
        { name: "d/.wh..wh..opq", flag: "3" },
        { name: ".wh..wh.plnk", flag: "5" },
      ],
    );
    expect(await made.tree.get("a")).toMatchObject({ type: "file" });
    expect(await made.tree.get("b/c")).toBeUndefined();
    expect(await made.tree.list("d")).toEqual([]);
  });
});

describe("folders of a base", () => {
  it.each(["x", "a", "wh", ".hidden"])("are listed whole where a layer deletes a file called %s in them", async (name) => {
    const names = ["a", "b", "x", "wh", ".hidden"];
    const made = await base(
      names.map((one) => file(`d/${one}`)),
      [file(`d/.wh.${name}`)],
    );
    expect(await made.tree.list("d")).toEqual(names.filter((one) => one !== name).sort());
  });

  it.each([".", "./.", "../bin", "../bin/.", "/usr/bin/../bin", "../lib/.."])(
    "are what a link to %s leads to",
    async (link) => {
      const made = await base([file("usr/lib/a"), file("usr/bin/a"), { name: "usr/bin/X11", flag: "2", link }]);
      const path = link === "../lib/.." ? "usr" : "usr/bin";
      expect(await made.tree.resolve("usr/bin/X11")).toMatchObject({ path, entry: { type: "directory" } });
    },
  );
});
