import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { digestOf } from "@imagespec/registry";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BaseImage } from "../base/base-image.ts";
import { inspectedBase } from "../base/fixtures/inspected-base.ts";
import { rawTar } from "../base/fixtures/raw-tar.ts";
import type { PlannedAccount } from "../base/planned-account.ts";
import { BlobStore } from "../cache/blob-store.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import type { BuildSession } from "../session/build-session.ts";
import { aptLayers } from "./apt-layers.ts";
import type { AptResolution } from "./resolve/resolve-packages.ts";

const DEB = Buffer.from("a .deb");
const PACKAGE = { name: "demo", version: "1", sha256: digestOf(DEB), size: DEB.length, automatic: false };
const STATUS = "Package: dpkg\nStatus: install ok installed\nVersion: 1\n";
const ACCOUNT: PlannedAccount = { name: "flytekit", uid: 1000, gid: 1000, home: "/root" };

let root: string;
let resolution: AptResolution;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "apt-layers-"));
  await writeFile(join(root, "demo.deb"), DEB);
  const control = "Package: demo\nVersion: 1\nArchitecture: all\n";
  await writeFile(join(root, "--ctrl-tarfile"), rawTar([{ name: "./control", content: control }]));
  await writeFile(join(root, "--fsys-tarfile"), rawTar([{ name: "./usr/bin/demo", content: "#!" }]));
  await mkdir(join(root, "bin"));
  for (const program of ["apt-get", "dpkg-deb"]) {
    const script = `#!/bin/sh\necho $1 >> ${root}/ran\nexec /bin/cat ${root}/$1\n`;
    await writeFile(join(root, "bin", program), script);
    await chmod(join(root, "bin", program), 0o755);
  }
  vi.stubEnv("PATH", join(root, "bin"));
  const url = pathToFileURL(join(root, "demo.deb")).href;
  resolution = { packages: [{ ...PACKAGE, url }], indexes: [], manual: [] };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** The layers as another build finds them, how often a package has been read by now, and how many plans are kept. */
async function build({ base = "sha256:0", account = ACCOUNT, limit = 20, status = STATUS, format = "1\n" } = {}) {
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: join(root, "cache") });
  await folder.open();
  const records = new RecordStore(folder);
  vi.spyOn(records, "recent").mockResolvedValue(resolution);
  const { signal } = new AbortController();
  const session = {
    records,
    blobs: new BlobStore(folder),
    request: { force: false, emit: () => {} },
    signal,
  } as unknown as BuildSession;
  const image = { name: "base:1", platform: { architecture: "amd64" }, layers: [{ digest: base }] };
  const inspector = await inspectedBase(
    join(root, "cache"),
    rawTar([
      { name: "usr/bin", flag: "5", mode: 0o755 },
      { name: "var/lib/dpkg/status", content: status },
      { name: "var/lib/dpkg/info/format", content: format },
      { name: "var/cache/apt/pkgcache.bin", content: "" },
      { name: "var/cache/apt/.bin", content: "" },
    ]),
  );
  const place = { base: image as unknown as BaseImage, inspector, limit, account };
  const { layers, index } = await aptLayers(session, { packages: ["demo"] }, place);
  const ran = async () => (await readFile(join(root, "ran"), "utf8")).trim().split("\n").length;
  const kept = async () => (await readdir(folder.path("records", "apt-layers"))).length;
  const entries = () =>
    Promise.all(layers.map(async (one) => (await Array.fromAsync(one.entries(signal))).map(({ path }) => path)));
  return {
    keys: layers.map(({ key, title, compression }) => ({ key, title, compression })),
    index,
    entries,
    ran,
    kept,
  };
}

it("plans the layers once, and again when one of them has to be made", async () => {
  const first = await build();
  expect(await first.ran()).toBe(2);
  // A package that states its owners by number alone.
  expect(first.index.entries["usr/bin/demo"]).toMatchObject({ type: "file", uid: 0, gid: 0 });
  // As the builders with a container leave it.
  expect(Object.keys(first.index.entries).filter((path) => path.startsWith("var/cache/apt/"))).toEqual([
    "var/cache/apt/.wh.pkgcache.bin",
  ]);
  await rm(join(root, "cache/uv-micromamba/records/deb-contents"), { recursive: true });

  const second = await build();
  expect(second.keys).toEqual(first.keys);
  expect(second.index).toEqual(first.index);
  expect(Object.getPrototypeOf(second.index.entries)).toBeNull();
  expect(await second.ran()).toBe(2);

  expect(await second.entries()).toEqual(await first.entries());
  expect(await second.ran()).toBe(6);
});

it("plans anew for another base, user, choice of apt or number of layers, and not for another mirror", async () => {
  const first = await build();
  await build({ base: "sha256:1" });
  await build({ account: { ...ACCOUNT, group: "flytekit:x:1000:\n" } });
  await build({ limit: 10 });
  expect(await first.kept()).toBe(4);
  resolution.indexes.push({ index: "archive.test/dists/x/InRelease", date: "", sha256: "0" });
  await build();
  expect(await first.kept()).toBe(5);
  resolution.packages = resolution.packages.map((one) => ({ ...one, url: "https://mirror.test/demo.deb" }));
  await build();
  expect(await first.kept()).toBe(5);
});

it("takes a base with a package that is held, and none with one that is half installed", async () => {
  const held = await build({ base: "sha256:held", status: STATUS.replace("install ok", "hold ok") });
  expect(held.index.entries["usr/bin/demo"]).toBeDefined();
  for (const state of ["install ok half-configured", "hold ok unpacked", "deinstall ok config-files"])
    await expect(
      build({ base: state, status: STATUS.replace("install ok installed", state) }),
      state,
    ).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining(`dpkg is not wholly installed in base:1: ${state}`),
    });
});

it.each(["", "9\n"])("hands on a base whose dpkg keeps its records in format %j", async (format) => {
  await expect(build({ format })).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: expect.stringContaining("another format"),
  });
});

it("refuses to make a layer that the same inputs no longer give", async () => {
  await build();
  const folder = join(root, "cache/uv-micromamba/records");
  const [record = ""] = await readdir(join(folder, "apt-layers"));
  const text = await readFile(join(folder, "apt-layers", record), "utf8");
  const body = text.slice(text.indexOf("\n") + 1).replace('"files":"', '"files":"0');
  await writeFile(join(folder, "apt-layers", record), `${digestOf(Buffer.from(body)).slice(7)}\n${body}`);
  await expect((await build()).entries()).rejects.toMatchObject({ code: "E_INTERNAL" });
});
