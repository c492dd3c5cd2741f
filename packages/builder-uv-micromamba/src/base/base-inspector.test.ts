import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { digestOf, type ImageConfig, type ImageSource } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import type { Turns } from "../cache/in-turn.ts";
import { RecordStore } from "../cache/record-store.ts";
import { type TarEntry, textFile, whiteout } from "../layer/tar-entry.ts";
import { tarPieces } from "../layer/tar-pieces.ts";
import type { BaseImage } from "./base-image.ts";
import { BaseInspector } from "./base-inspector.ts";
import { SCAN_CAPS, scanLayer } from "./scan-layer.ts";

const signal = new AbortController().signal;
let root: string;
let cache: CacheFolder;
let records: RecordStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "base-facts-"));
  cache = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await cache.open();
  records = new RecordStore(cache);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function tar(entries: TarEntry[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of tarPieces(entries)) parts.push(bytes);
  return Buffer.concat(parts);
}
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  // In pieces, as they come over a network.
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

/** Layers from the bottom up, and the digests that were read. */
async function image(layers: TarEntry[][], env: string[] = []) {
  const blobs = await Promise.all(layers.map(async (entries) => gzipSync(await tar(entries))));
  const read: string[] = [];
  const source: ImageSource = {
    name: "test",
    getManifest: () => Promise.reject(new Error("not asked")),
    getBlob: ({ digest }) => {
      read.push(digest);
      return once(blobs.find((blob) => digestOf(blob) === digest) as Buffer);
    },
  };
  const config = { os: "linux", architecture: "amd64", config: { Env: env }, rootfs: { type: "layers", diff_ids: [] } };
  const base: BaseImage = {
    name: "base:1",
    platform: { os: "linux", architecture: "amd64" },
    config: config as ImageConfig,
    layers: blobs.map((blob) => ({ mediaType: "", digest: digestOf(blob), size: blob.length })),
    source,
    mountFrom: undefined,
  };
  return {
    facts: new BaseInspector(base, records, signal),
    read,
    digests: base.layers.map(({ digest }) => digest),
    base,
  };
}

const link = (path: string, to: string): TarEntry => ({ type: "symlink", path, link: to, uid: 0, gid: 0 });
const folder = (path: string): TarEntry => ({ type: "directory", path, mode: 0o755, uid: 0, gid: 0 });
const program = (path: string, version: string) => textFile(path, `ELF\0${version}\0rest`, 0o755);
const GLIBC = textFile(
  "usr/lib/x86_64-linux-gnu/libc.so.6",
  "x GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n",
);
const DEBIAN: TarEntry[] = [
  link("bin", "usr/bin"),
  link("lib", "usr/lib"),
  textFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
  program("usr/bin/python3.11", "3.11.2"),
  link("usr/bin/python3", "python3.11"),
  GLIBC,
];

describe("BaseInspector", () => {
  it("finds Python on PATH through links, its version in the binary, and glibc's", async () => {
    const { facts } = await image([DEBIAN]);
    expect(await facts.python("python3")).toEqual({ path: "/usr/bin/python3.11", minor: "3.11", version: "3.11.2" });
    expect(await facts.python("/bin/python3")).toMatchObject({ path: "/usr/bin/python3.11" });
    expect(await facts.python("python2")).toBeUndefined();
    expect(await facts.libc()).toEqual({ family: "glibc", major: 2, minor: 36 });
    expect(await facts.text("etc/passwd")).toContain("root:");
  });

  it("searches the config's PATH in its order", async () => {
    const local = [program("usr/local/bin/python3.12", "3.12.7"), link("usr/local/bin/python3", "python3.12")];
    const { facts } = await image([DEBIAN, local], ["PATH=/usr/local/bin:/usr/bin"]);
    expect(await facts.python("python3")).toMatchObject({ minor: "3.12", version: "3.12.7" });
  });

  it("searches the system's folders too where the PATH of a spec names others", async () => {
    const { facts } = await image([DEBIAN], ["PATH=/only/here"]);
    expect(await facts.python("python3")).toMatchObject({ path: "/usr/bin/python3.11" });
  });

  it("takes the version from the shared library, else from the config", async () => {
    const bare = textFile("usr/local/bin/python3.12", "a launcher", 0o755);
    const library = program("usr/local/lib/libpython3.12.so.1.0", "3.12.4");
    const run = async (entries: TarEntry[], env: string[] = []) =>
      (await image([[bare, link("usr/local/bin/python3", "python3.12"), ...entries]], env)).facts.python("python3");
    expect(await run([library])).toMatchObject({ version: "3.12.4" });
    expect(await run([], ["PYTHON_VERSION=3.12.9"])).toMatchObject({ version: "3.12.9" });
    expect(await run([], ["PYTHON_VERSION=3.11.1"])).toMatchObject({ minor: "3.12", version: undefined });
  });

  it("knows musl", async () => {
    const { facts } = await image([[textFile("lib/ld-musl-x86_64.so.1", "a\x001.2.5\0b", 0o755)]]);
    expect(await facts.libc()).toEqual({ family: "musl", major: 1, minor: 2 });
    expect(await (await image([[textFile("bin/cat", "")]])).facts.libc()).toBeUndefined();
  });

  it("honours whiteouts, opaque folders and files in the place of folders", async () => {
    const { facts } = await image([
      [...DEBIAN, textFile("opt/a/one", "1"), textFile("opt/b/one", "1"), folder("opt/c"), textFile("opt/c/one", "1")],
      [whiteout("usr/bin/python3"), whiteout("opt/a/.wh..opq"), textFile("opt/a/two", "2"), textFile("opt/c", "")],
    ]);
    expect(await facts.python("python3")).toBeUndefined();
    expect(await facts.tree.list("opt/a")).toEqual(["two"]);
    expect(await facts.tree.list("opt/b")).toEqual(["one"]);
    expect(await facts.tree.get("opt/c/one")).toBeUndefined();
    expect((await facts.tree.get("opt/c"))?.type).toBe("file");
  });

  it("keeps the mode and owner of a folder that an upper layer only implies", async () => {
    const own = (path: string, mode: number, uid: number): TarEntry => ({
      type: "directory",
      path,
      mode,
      uid,
      gid: uid,
    });
    const { facts } = await image([
      [own("root", 0o700, 7), own("root/a", 0o750, 8), own("opt", 0o711, 9), textFile("srv", ""), link("mnt", "media")],
      [textFile("root/a/file", ""), textFile("root/new/file", ""), textFile("srv/file", ""), textFile("mnt/file", "")],
      [whiteout("opt"), textFile("root/b", ""), textFile("opt/file", "")],
    ]);
    expect(await facts.tree.get("root")).toMatchObject({ mode: 0o700, uid: 7, gid: 7 });
    expect((await facts.tree.resolve("root/a"))?.entry).toMatchObject({ mode: 0o750, uid: 8 });
    expect((await facts.tree.below("root")).get("root/a")).toMatchObject({ mode: 0o750, uid: 8 });
    expect((await facts.tree.below("root")).get("root/new")).toMatchObject({ mode: 0o755, uid: 0 });
    // What was taken away comes back with nothing of its own; a file in the place of a folder goes; a link is followed.
    expect(await facts.tree.get("opt")).toMatchObject({ type: "directory", mode: 0o755, uid: 0 });
    expect(await facts.tree.get("srv")).toMatchObject({ type: "directory", mode: 0o755, uid: 0 });
    expect(await facts.tree.get("mnt")).toMatchObject({ type: "symlink", link: "media" });
  });

  it("reads no layer below the one that settles a question, and none twice", async () => {
    const made = await image([[textFile("other", "")], DEBIAN]);
    expect(await made.facts.text("etc/passwd")).toContain("root");
    expect(await made.facts.python("/usr/bin/python3.11")).toBeDefined();
    expect(made.read).toEqual([made.digests[1]]);
    await new BaseInspector(made.base, records, signal).libc();
    expect(made.read).toEqual([made.digests[1]]);
  });

  it("reads a layer once for builds side by side, and not again for what lies in /root", async () => {
    const latin = Buffer.from("caf\xe9", "latin1");
    const made = await image([[textFile("root/.profile", "umask"), textFile("root/latin", latin)]]);
    const turns: Turns = new Map();
    const builds = [1, 2, 3].map(() => {
      const own = new RecordStore(cache, { turns, signal });
      return new BaseInspector(made.base, own, signal);
    });
    const found = await Promise.all(builds.map((facts) => facts.contents(["root/.profile"])));
    expect(found.map((contents) => String(contents.get("root/.profile")))).toEqual(["umask", "umask", "umask"]);
    expect(made.read).toEqual(made.digests);
    expect((await made.facts.contents(["root/.profile", "root/latin"])).get("root/latin")).toEqual(latin);
    expect(made.read).toEqual([...made.digests, ...made.digests]);
  });

  it("finds an environment with its distributions, minus those taken away above", async () => {
    const site = "opt/venv/lib/python3.11/site-packages";
    const { facts } = await image([
      DEBIAN,
      [
        link("opt/venv/bin/python", "/usr/bin/python3.11"),
        textFile(`${site}/six-1.0.dist-info/RECORD`, "six.py,,\n"),
        textFile(`${site}/flask-3.0.dist-info/RECORD`, ""),
      ],
      [whiteout(`${site}/six-1.0.dist-info`), textFile(`${site}/six-1.1.dist-info/RECORD`, "")],
    ]);
    expect(await facts.environment()).toEqual({
      kind: "venv",
      prefix: "/opt/venv",
      python: { path: "/usr/bin/python3.11", minor: "3.11", version: "3.11.2" },
      distributions: [
        { name: "flask", version: "3.0", info: "flask-3.0.dist-info" },
        { name: "six", version: "1.1", info: "six-1.1.dist-info" },
      ],
    });
  });

  it("leaves an environment behind a link to others", async () => {
    const { facts } = await image([DEBIAN, [link("opt/venv", "/srv/env"), textFile("srv/env/bin/python", "x")]]);
    const message = expect.stringContaining("is a link to /srv/env");
    await expect(facts.environment()).rejects.toMatchObject({ code: "E_UNSUPPORTED", message });
  });

  it("reads a file that a link leads to, wherever it is", async () => {
    const { facts } = await image([
      [textFile("usr/share/accounts/master", "root:x:0:0::/root:/bin/sh\n"), ...DEBIAN.slice(0, 2)],
      [link("etc/passwd", "../usr/share/accounts/master")],
    ]);
    expect(await facts.text("etc/passwd")).toBe("root:x:0:0::/root:/bin/sh\n");
    expect(await facts.text("etc/group")).toBe("");
  });

  it("takes a path for a name as any other, also from the cache", async () => {
    const made = await image([[textFile("bin/cat", "")]]);
    for (const facts of [made.facts, new BaseInspector(made.base, records, signal)])
      for (const path of ["constructor", "__proto__", "toString/x"]) expect(await facts.tree.get(path)).toBeUndefined();
  });

  it.each<[string, TarEntry]>([
    ["a folder", folder("etc/passwd")],
    ["a link that leads nowhere", link("etc/passwd", "/none/passwd")],
  ])("takes %s for no file that could be written again", async (_, entry) => {
    const { facts } = await image([[entry]]);
    await expect(facts.text("etc/passwd")).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
    expect(await facts.text("etc/group")).toBe("");
  });

  it("refuses links that go round in a circle", async () => {
    const { facts } = await image([[link("a", "b"), link("b", "a")]]);
    await expect(facts.tree.resolve("a")).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});

describe("scanLayer", () => {
  const scan = (bytes: Uint8Array, caps = {}) =>
    scanLayer(once(bytes), "layer x", signal, { caps: { ...SCAN_CAPS, ...caps } });

  it("reads gzip, zstd and plain tar alike", async () => {
    const plain = await tar(DEBIAN);
    const expected = await scan(plain);
    expect(expected.entries["usr/bin/python3.11"]).toMatchObject({ type: "file", version: "3.11.2" });
    expect(await scan(gzipSync(plain))).toEqual(expected);
    expect(await scan(zstdCompressSync(plain))).toEqual(expected);
  });

  it("reads zstd of several frames, skippable ones among them", async () => {
    const plain = await tar(DEBIAN);
    const skippable = Buffer.concat([Buffer.from("502a4d1804000000", "hex"), Buffer.from("skip")]);
    const parts = [plain.subarray(0, 700), plain.subarray(700, 1500), plain.subarray(1500)];
    const frames = parts.flatMap((part) => [skippable, zstdCompressSync(part)]);
    expect(await scan(Buffer.concat([...frames, skippable]))).toEqual(await scan(plain));
    for (const broken of [Buffer.concat([...frames, Buffer.from("garbage")]), Buffer.concat(frames).subarray(0, -3)])
      await expect(scan(broken)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });

  it("ends with an error that names the layer, whatever is wrong with its bytes", async () => {
    const packed = gzipSync(Buffer.concat([await tar([textFile("big", "x".repeat(3_000_000))]), Buffer.alloc(1024)]));
    const garbage = Buffer.from(packed);
    garbage.fill(0x55, 30, 60);
    const zstd = zstdCompressSync(Buffer.alloc(3_000_000, "not a tar, whatever its type says "));
    for (const [at, bytes] of [
      garbage,
      packed.subarray(0, 40),
      packed.subarray(0, 12),
      zstd,
      Buffer.from("x"),
    ].entries())
      await expect(scan(bytes), String(at)).rejects.toMatchObject({
        code: "E_UNSUPPORTED",
        message: expect.stringContaining("layer x"),
      });
  });

  it("refuses, for another builder to try, what is broken, cut off or too much", async () => {
    const plain = await tar(DEBIAN);
    const cut = gzipSync(plain);
    const refused = (promise: Promise<unknown>) =>
      expect(promise).rejects.toMatchObject({ code: "E_UNSUPPORTED", message: expect.stringContaining("layer x") });
    await refused(scan(Buffer.alloc(2000, "not a tar")));
    await refused(scan(cut.subarray(0, cut.length - 20)));
    await refused(scan(plain, { entries: 3 }));
    await refused(scan(plain, { bytes: 1000 }));
    await refused(scan(await tar([textFile("etc/passwd", "x".repeat(100))]), { textBytes: 50 }));
    await refused(scan(gzipSync(Buffer.concat([await tar([]), Buffer.alloc(80 * 1024 * 1024)]))));
  });

  it("passes on the fault of the source", async () => {
    const fault = async function* (): AsyncGenerator<Uint8Array> {
      yield gzipSync(await tar(DEBIAN)).subarray(0, 50);
      throw Object.assign(new Error("reset"), { code: "E" });
    };
    await expect(scanLayer(fault(), "layer x", signal)).rejects.toThrow(/reset/);
  });
});
