import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { DockerArchive, ImageSpecError, OciLayout, pushImage } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Files, layer, type Made, tar } from "./fixtures/make-layer.ts";
import { openArchive } from "./image/open-archive.ts";
import { compareImages, inspectImage } from "./inspect-image.ts";
import { makeReport } from "./report/make-report.ts";

const large = Buffer.alloc(100_000, "same");
const history = [
  { created_by: "test" },
  { created_by: "imagespec: python packages: numpy 2.1.0", comment: "imagespec" },
  { created_by: "imagespec: sourceRoot to /root", comment: "imagespec" },
];
const config = (layers: readonly Made[], more: object = {}) => ({
  os: "linux",
  architecture: "amd64",
  rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  history,
  ...more,
});

const BASE: Files = {
  "var/lib/dpkg/status": "Package: libc6\nStatus: installed\nVersion: 2.36-9\n\nPackage: jq\nVersion: 1.6\n",
  "var/lib/dpkg/info/libc6:amd64.list": "/.\n/lib\n/lib/libc.so\n",
  "usr/lib/libc.so": "x".repeat(5000),
  "etc/passwd": "root\n",
  "opt/copy.bin": large,
};
const SITE = "opt/venv/lib/python3.12/site-packages";
const NUMPY: Files = {
  [`${SITE}/numpy/__init__.py`]: "1".repeat(2000),
  [`${SITE}/numpy/__pycache__/__init__.cpython-312.pyc`]: "2".repeat(1000),
  [`${SITE}/numpy/a,b.py`]: "3",
  [`${SITE}/numpy-2.1.0.dist-info/RECORD`]:
    'numpy/__init__.py,sha256=x,2000\n"numpy/a,b.py",,\nnumpy-2.1.0.dist-info/RECORD,,\n../../../bin/f2py,,\n',
  "opt/venv/bin/f2py": "4",
  ["__proto__"]: "5",
};
const SOURCE: Files = {
  "root/main.py": "print()",
  "etc/passwd": "root\nflytekit\n",
  "root/data.bin": large,
  "opt/.wh.venv-old": "",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-inspect-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(tag: string, made: readonly Made[]): Promise<void> {
  const image = { config: config(made), layers: made.map(({ layer }) => layer) };
  await pushImage(new OciLayout(folder), image, { tag });
}

describe("inspectImage", () => {
  it("tells layers by origin, packages by their managers' records, and what is carried for nothing", async () => {
    const made = [
      await layer(BASE),
      await layer(NUMPY, zstdCompressSync as never),
      await layer(SOURCE, (bytes) => bytes),
    ];
    await write("one", made);
    const { report, files } = await inspectImage(`oci:${folder}`);
    expect(report).toMatchObject({
      reference: `oci:${folder}`,
      digest: expect.stringMatching(/^sha256:/),
      platform: "linux/amd64",
    });
    expect(report.layers.map(({ digest, size, origin, title }) => ({ digest, size, origin, title }))).toEqual(
      made.map(({ layer: { descriptor } }, index) => ({
        digest: descriptor.digest,
        size: descriptor.size,
        origin: ["base", "python", "source"][index],
        title: ["test", "python packages: numpy 2.1.0", "sourceRoot to /root"][index],
      })),
    );
    expect(report.packages).toEqual([
      // With the list itself, which is the package's own.
      { manager: "apt", name: "libc6", version: "2.36-9", size: 5000 + 21, files: 2 },
      { manager: "python", name: "numpy", version: "2.1.0", size: expect.any(Number), files: 5 },
    ]);
    expect(files.find(({ path }) => path.endsWith(".pyc"))).toMatchObject({
      package: "python numpy 2.1.0",
      origin: "python",
    });
    expect(files.find(({ path }) => path === "__proto__")).toMatchObject({ package: undefined });
    const [base, , source] = report.layers.map(({ digest }) => digest);
    expect(report.duplicates).toEqual([
      { kind: "copy", path: "root/data.bin", of: "opt/copy.bin", wasted: 100_000, layers: [base, source] },
      { kind: "rewritten", path: "etc/passwd", wasted: 5, layers: [base, source] },
    ]);
    expect(report.wasted).toBe(100_005);
    expect(report.largest[0]).toMatchObject({ size: 100_000 });
  });

  it("counts what a higher layer removes, folders with all below them", async () => {
    const removal: Files = { "opt/.wh.venv": "", "etc/.wh..wh..opq": "" };
    await write("one", [await layer(BASE), await layer(NUMPY), await layer(removal)]);
    const { report } = await inspectImage(`oci:${folder}:one`);
    const removed = report.duplicates.filter(({ kind }) => kind === "removed").map(({ path }) => path);
    expect(removed.sort()).toEqual(
      ["etc/passwd", ...Object.keys(NUMPY).filter((path) => path.startsWith("opt/venv"))].sort(),
    );
  });

  it("tells the origin of foreign layers by their files and commands", async () => {
    const layers = [
      await layer(BASE),
      await layer({
        "opt/conda/conda-meta/zlib-1.3-h0.json": '{"name":"zlib","version":"1.3","files":["lib/libz.so"]}',
        "opt/conda/lib/libz.so": "z".repeat(900),
      }),
      await layer({ "app/x": "1" }),
      await layer({ "app/y": "1" }),
    ];
    const foreign = [
      { created_by: "base" },
      { created_by: "RUN x" },
      { created_by: "COPY . /app" },
      { created_by: "RUN make" },
    ];
    const image = { config: config(layers, { history: foreign }), layers: layers.map(({ layer }) => layer) };
    await pushImage(new OciLayout(folder), image, { tag: "foreign" });
    const { report } = await inspectImage(`oci:${folder}`);
    expect(report.layers.map(({ origin }) => origin)).toEqual(["base", "conda", "files", "commands"]);
    expect(report.packages.find(({ name }) => name === "zlib")).toMatchObject({
      manager: "conda",
      version: "1.3",
      files: 2,
    });
  });

  it("refuses what is not a layer, and a layer that is not what the config says", async () => {
    const broken = await layer(BASE, () => Buffer.from("not a tar ".repeat(100)));
    await write("broken", [await layer(BASE), broken, await layer(SOURCE)]);
    await expect(inspectImage(`oci:${folder}`)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
    await expect(inspectImage(`oci:${folder}:no`)).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });
});

it("reads an archive of an engine in one pass, layers first", async () => {
  const made = [await layer(BASE), await layer(NUMPY), await layer({})];
  const text = JSON.stringify(config(made));
  const name = `${createHash("sha256").update(text).digest("hex")}.json`;
  const archive = await tar({
    ...Object.fromEntries(made.map(({ plain }, index) => [`${index}/layer.tar`, plain])),
    [name]: text,
    "manifest.json": JSON.stringify([
      { Config: name, RepoTags: ["x:1"], Layers: [0, 1, 2].map((at) => `${at}/layer.tar`) },
    ]),
  });
  async function* stream() {
    for (let at = 0; at < archive.length; at += 10_000) yield archive.subarray(at, at + 10_000);
  }
  const broken = (why: string) => new ImageSpecError("E_DAEMON", why);
  const image = await openArchive({ reference: "engine:x:1", content: stream(), broken }, new AbortController().signal);
  const { report } = makeReport(image, await Promise.all(image.layers.map((one) => one.scan())));
  expect(report.layers.map(({ origin, digest }) => [origin, digest])).toEqual(
    made.map(({ diffId }, index) => [["base", "python", "source"][index], diffId]),
  );
});

it("reads an archive of ours, whose compressed layers may be smaller than the blocks of a tar", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inspect-archive-"));
  const small = await layer({ "root/a.py": "print()" });
  const path = join(folder, "image.tar");
  const archive = await DockerArchive.create(path, "small:1");
  await pushImage(archive, { config: config([small], { history: [] }), layers: [small.layer] });
  await archive.close();
  expect(small.layer.descriptor.size).toBeLessThan(512);
  const { report } = await inspectImage(`docker-archive:${path}`);
  expect(report.largest).toMatchObject([{ path: "root/a.py", size: 7 }]);
  await rm(folder, { recursive: true });
});

it("compares two images by layer, origin and package", async () => {
  const [base, source] = [await layer(BASE), await layer(SOURCE)];
  const newer = Object.fromEntries(
    Object.entries(NUMPY).map(([path, content]) => [
      path.replace("2.1.0", "2.2.0"),
      String(content).replace("2.1.0", "2.2.0"),
    ]),
  );
  await write("one", [base, await layer(NUMPY), source]);
  await write("two", [base, await layer(newer), source]);
  const difference = await compareImages(`oci:${folder}:one`, `oci:${folder}:two`);
  expect(difference.layers).toMatchObject({ shared: [base.layer.descriptor.digest, source.layer.descriptor.digest] });
  expect(difference.packages).toMatchObject([
    { manager: "python", name: "numpy", before: { version: "2.1.0" }, after: { version: "2.2.0" } },
  ]);
});
