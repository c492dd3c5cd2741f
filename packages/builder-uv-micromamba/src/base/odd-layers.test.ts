import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { debianBase } from "../apt/system/base-system.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { inspectedBase } from "./fixtures/inspected-base.ts";
import { paxHeader, type RawEntry, rawTar } from "./fixtures/raw-tar.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "odd-layers-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A base of these layers, from the bottom up. */
const base = (...layers: RawEntry[][]) => inspectedBase(root, ...layers.map(rawTar));

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
    await expect(debianBase(made, "base:1", records)).rejects.toMatchObject({
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
  it.each(["x", "a", "wh", ".hidden"])(
    "are listed whole where a layer deletes a file called %s in them",
    async (name) => {
      const names = ["a", "b", "x", "wh", ".hidden"];
      const made = await base(
        names.map((one) => file(`d/${one}`)),
        [file(`d/.wh.${name}`)],
      );
      expect(await made.tree.list("d")).toEqual(names.filter((one) => one !== name).sort());
    },
  );

  it.each([".", "./.", "../bin", "../bin/.", "/usr/bin/../bin", "../lib/.."])(
    "are what a link to %s leads to",
    async (link) => {
      const made = await base([file("usr/lib/a"), file("usr/bin/a"), { name: "usr/bin/X11", flag: "2", link }]);
      const path = link === "../lib/.." ? "usr" : "usr/bin";
      expect(await made.tree.resolve("usr/bin/X11")).toMatchObject({ path, entry: { type: "directory" } });
    },
  );
});

describe("what dpkg and apt know of a base", () => {
  it("is another thing where a layer adds or takes away one of its files, or they lie in another order", async () => {
    const records = new RecordStore(new CacheFolder({ IMAGESPEC_CACHE_DIR: root }));
    const [status, preferences] = [file("var/lib/dpkg/status"), file("etc/apt/preferences", "Package: *\n")];
    const format = file("var/lib/dpkg/info/format", "1\n");
    const lists = ["a", "b"].map((text) => [file("etc/apt/sources.list", text), file(`etc/apt/apt.conf.d/${text}`)]);
    const layers: RawEntry[][][] = [
      [[status, format, preferences]],
      [[status, format, preferences], [file("etc/apt/.wh.preferences")]],
      [[status, format, preferences], [file("etc/apt/auth.conf")]],
      [[status, format], ...lists],
      [[status, format], ...lists.toReversed()],
    ];
    const bases = await Promise.all(layers.map(async (one) => debianBase(await base(...one), "base:1", records)));
    expect(new Set(bases.map(({ identity }) => JSON.stringify(identity)))).toHaveProperty("size", layers.length);
    const systems = await Promise.all(bases.map(({ read }) => read()));
    expect(systems.map((system) => system.text("etc/apt/sources.list"))).toEqual(["", "", "", "b", "a"]);
  });
});

describe("contents of a base's files", () => {
  it("are those of files that should lie in one piece too", async () => {
    const made = await base([
      file("root/a", "text", { flag: "7" }),
      file("usr/accounts", "root:x:0:0::/:\n", { flag: "7" }),
      { name: "etc/passwd", flag: "2", link: "/usr/accounts" },
    ]);
    expect(String((await made.contents(["root/a"])).get("root/a"))).toBe("text");
    expect(await made.text("etc/passwd")).toBe("root:x:0:0::/:\n");
  });

  it.each(["var/lib/dpkg/status", "usr/accounts"])("are left to others where %s has holes", async (name) => {
    const made = await base([
      paxHeader({ "GNU.sparse.name": name, "GNU.sparse.realsize": "9" }),
      file("GNUSparseFile.7/x", "map"),
      { name: "etc/passwd", flag: "2", link: "/usr/accounts" },
    ]);
    const refused = { code: "E_UNSUPPORTED", message: expect.stringContaining(`/${name} is a sparse file`) };
    await expect(made.contents([name])).rejects.toMatchObject(refused);
    if (name === "usr/accounts") await expect(made.text("etc/passwd")).rejects.toMatchObject(refused);
  });

  it("depend on the order of the layers that hold them", async () => {
    const layers = [
      [file("f", "1"), file("g")],
      [file("f", "2"), file("h")],
    ] as const;
    const [one, other] = [await base([...layers[0]], [...layers[1]]), await base([...layers[1]], [...layers[0]])];
    const digests = await one.layersOf(["f", "g", "h", "none"]);
    expect(digests).toHaveLength(2);
    expect(await other.layersOf(["f", "g", "h"])).toEqual([...digests].reverse());
    expect(await one.layersOf(["f", "h"])).toEqual(digests.slice(1));
  });

  it("are those of the image under a layer that is still to be made", async () => {
    const made = await base([file("etc/passwd", "root"), file("etc/group", "old")], [file("a", "b")]);
    const { uid, gid, mode, type } = { uid: 0, gid: 0, mode: 0o644, type: "file" } as const;
    const under = made.under({ entries: { "etc/group": { type, mode, uid, gid, text: "new" } } });
    expect([await under.text("etc/passwd"), await under.text("etc/group")]).toEqual(["root", "new"]);
    expect(await made.text("etc/group")).toBe("old");
    expect(await under.layersOf(["etc/passwd", "a"])).toEqual(await made.layersOf(["etc/passwd", "a"]));
    expect(String((await under.contents(["a"])).get("a"))).toBe("b");
  });
});
