import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RawEntry, rawTar } from "../../base/fixtures/raw-tar.ts";
import { CacheFolder } from "../../cache/cache-folder.ts";
import { RecordStore } from "../../cache/record-store.ts";
import { packageContents } from "./package-contents.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "package-contents-"));
});
afterEach(() => rm(root, { recursive: true }));

const CONTROL: RawEntry = { name: "./control", content: "Package: demo\n" };
const SAMPLE: RawEntry[] = [{ name: "./usr/bin/demo", content: "#!" }];

/** What is listed of a package of these archives; `more` is what dpkg-deb does once it has written one. */
async function listed(control: RawEntry[] | Buffer, data: RawEntry[] | Buffer = SAMPLE, more = "exit 0") {
  const dpkgDeb = join(root, "dpkg-deb");
  await writeFile(dpkgDeb, `#!/bin/sh\ncat "$2.$1"\n${more}\n`);
  await chmod(dpkgDeb, 0o755);
  for (const [option, part] of [
    ["--ctrl-tarfile", control],
    ["--fsys-tarfile", data],
  ] as const)
    await writeFile(join(root, `demo.deb.${option}`), Buffer.isBuffer(part) ? part : rawTar(part));
  const { signal } = new AbortController();
  const stated = { name: "demo", version: "1", url: "", sha256: "sha256:0", size: 1, automatic: false };
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: join(root, "cache") });
  await folder.open();
  const archive = { ...stated, fetch: async () => join(root, "demo.deb") };
  return packageContents(archive, { dpkgDeb, records: new RecordStore(folder), signal });
}

describe("packageContents", () => {
  it("takes every kind of file for one", async () => {
    const found = await listed([{ ...CONTROL, flag: "7" }], [{ name: "./a", flag: "7", content: "text" }]);
    expect(found).toMatchObject({ control: "Package: demo\n", files: [{ path: "a", type: "file", size: 4 }] });
  });

  const whole = rawTar([{ name: "./usr/lib/liba.so", content: "x".repeat(4000) }]);
  it.each<[string, Parameters<typeof listed>]>([
    ["whose control archive is cut off", [rawTar([CONTROL]).subarray(0, 600)]],
    ["whose data is cut off", [[CONTROL], whole.subarray(0, 2000)]],
    ["whose data is no archive", [[CONTROL], Buffer.alloc(2000, "not a tar")]],
    ["that dpkg-deb fails of", [[CONTROL], SAMPLE, "echo broken >&2; exit 2"]],
    ["that dpkg-deb fails of in the middle", [[CONTROL], whole.subarray(0, 2000), "echo broken >&2; exit 2"]],
  ])("says what is wrong with a package %s", async (_, args) => {
    const about =
      args[2] === undefined ? "demo 1 is not a package" : "demo 1 is not a package that can be read: broken";
    await expect(listed(...args)).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringContaining(about) });
  });

  const latin1 = Buffer.from("caf\xe9\n", "latin1");
  it.each<[string, RawEntry[], RawEntry[]]>([
    ["a control file", [CONTROL, { name: "./templates", content: latin1 }], []],
    ["the control file", [{ ...CONTROL, content: latin1 }], []],
    ["a text that is looked into", [CONTROL], [{ name: "./etc/init.d/demo", content: latin1 }]],
    ["a name", [CONTROL], [{ name: Buffer.from("./usr/caf\xe9", "latin1") }]],
    ["the target of a link", [CONTROL], [{ name: "./usr/a", flag: "2", link: "caf\uFFFD" }]],
  ])("hands on a package with %s that is not UTF-8", async (_, control, data) => {
    await expect(listed(control, data)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("not UTF-8 text"),
    });
  });
});
