import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { hostPython } from "./host-python.ts";

/** A Python of this machine, which is no script. */
let real: { path: string; version: string; minor: string };
let root: string;
let records: RecordStore;
beforeAll(async () => {
  const ask = "import os, sys; print(os.path.realpath(sys.executable), '%d.%d.%d' % sys.version_info[:3])";
  const [path = "", version = ""] = (await runTool("python3", ["-c", ask])).stdout.trim().split(" ");
  real = { path, version, minor: version.replace(/\.\d+$/, "") };
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "host-python-"));
  const cache = new CacheFolder({ IMAGESPEC_CACHE_DIR: join(root, "cache") });
  await cache.open();
  records = new RecordStore(cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

const place = async (folder: string) => {
  await mkdir(join(root, folder));
  return join(root, folder, `python${real.minor}`);
};
/** A link in a folder to the Python that is no script. */
const program = async (folder: string) => symlink(real.path, await place(folder));
/** A script that answers as a Python would, and notes that it was asked. */
async function script(folder: string, lines: string) {
  const path = await place(folder);
  await writeFile(path, `#!/bin/sh\necho ${folder} >>'${root}/asked'\n${lines}\n`, { mode: 0o755 });
}
const answering = (folder: string, patch: number) =>
  script(folder, `echo cpython ${real.minor}.${patch} '${root}/${folder}/itself'`);
const asked = () => readFile(join(root, "asked"), "utf8").then((text) => text.trim().split("\n"));

/** Looks for an image's Python on a PATH of these folders, as a build of its own. */
async function find(folders: string[], version: string) {
  vi.stubEnv("PATH", folders.map((folder) => join(root, folder)).join(":"));
  const session = { records, signal: new AbortController().signal, once: <T>(_: string, start: () => T) => start() };
  return hostPython(session, { minor: real.minor, version });
}

describe("hostPython", () => {
  it("takes the image's own version wherever it is on PATH, and starts no script for it", async () => {
    await answering("shims", 98);
    await program("system");
    expect(await find(["shims", "system"], real.version)).toMatchObject({ version: real.version });
    await expect(asked()).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("takes a script that starts the image's own version before a program of another one", async () => {
    await program("system");
    await answering("shims", 98);
    await answering("later", 98);
    expect(await find(["system", "shims", "later"], `${real.minor}.98`)).toEqual({
      path: join(root, "shims/itself"),
      version: `${real.minor}.98`,
    });
    expect(await asked()).toEqual(["shims"]);
  });

  it.each(["97", undefined])("takes the first that answers for an image of version X.Y.%s", async (patch) => {
    await script("broken", "exit 127");
    await answering("shims", 98);
    await program("system");
    const version = patch === undefined ? real.minor : `${real.minor}.${patch}`;
    expect(await find(["none", "broken", "shims", "system"], version)).toMatchObject({ version: `${real.minor}.98` });
    expect(await find(["broken"], version)).toBeUndefined();
  });

  it.each<[what: string, content: string | Buffer]>([
    ["whose interpreter is missing", "#!/nowhere/python\n"],
    ["of another machine", Buffer.concat([Buffer.from("\x7fELF"), Buffer.alloc(200)])],
    ["that is another implementation", "#!/bin/sh\necho pypy 3.11.9 /itself\n"],
  ])("passes over a program %s", async (_, content) => {
    await writeFile(await place("odd"), content, { mode: 0o755 });
    await answering("shims", 98);
    expect(await find(["odd", "shims"], real.version)).toMatchObject({ version: `${real.minor}.98` });
  });

  it("starts the interpreter that a script has led to by itself the next time, and the script where it is gone", async () => {
    const itself = join(root, "itself");
    await symlink(real.path, itself);
    await script("shims", `[ -e '${itself}' ] && exec '${itself}' "$@"`);
    const found = { path: expect.any(String), version: real.version };
    for (let times = 0; times < 2; times++) expect(await find(["shims"], real.version)).toEqual(found);
    expect(await asked()).toEqual(["shims"]);
    await rm(itself);
    expect(await find(["shims"], real.version)).toBeUndefined();
    expect(await asked()).toEqual(["shims", "shims"]);
  });

  it("asks what is one file once", async () => {
    await answering("shims", 98);
    await symlink("shims", join(root, "link"));
    await find(["shims", "shims", "link"], real.version);
    expect(await asked()).toEqual(["shims"]);
  });
});
