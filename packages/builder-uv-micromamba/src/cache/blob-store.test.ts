import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BlobStore } from "./blob-store.ts";
import { CacheFolder } from "./cache-folder.ts";
import { evict } from "./evict.ts";

let root: string;
let folder: CacheFolder;
let store: BlobStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "blob-store-"));
  folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  store = new BlobStore(folder);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
const digestOf = (text: string | Buffer) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const files = () => readdir(folder.path("blobs/sha256"));

describe("BlobStore", () => {
  it.runIf(process.platform !== "win32")("replaces a pipe or a device in the place of a file", async () => {
    const { digest, size } = await store.write(bytes("a"));
    for (const put of [`mkfifo "$1"`, `ln -s /dev/zero "$1"`]) {
      execFileSync("sh", ["-c", `rm "$1"; ${put}`, "sh", store.path(digest)]);
      expect(await store.has(digest, size)).toBe(false);
      await store.write(bytes("a"));
      expect(await store.has(digest, size)).toBe(true);
    }
    execFileSync("sh", ["-c", 'rm "$1"; mkfifo "$1"', "sh", store.path(digest)]);
    expect(await store.verify(digest)).toBe(false);
  });

  it("stores by digest and gives it back", async () => {
    expect(await store.write(bytes("ab", "c"))).toEqual({ digest: digestOf("abc"), size: 3 });
    expect(await store.has(digestOf("abc"), 3)).toBe(true);
    expect(await store.has(digestOf("abc"), 4)).toBe(false);
    expect(await readFile(store.path(digestOf("abc")), "utf8")).toBe("abc");
  });

  it("keeps nothing of what is not what was announced", async () => {
    const wanted = (size?: number) => ({ hashes: [digestOf("abc")], size, subject: "six-1.0.whl" });
    for (const [texts, size] of [
      [["abd"], 3],
      [["ab"], 3],
      [["abc", "d"], 3],
      [["xyz"], undefined],
    ] as const)
      await expect(store.write(bytes(...texts), wanted(size))).rejects.toMatchObject({
        code: "E_DIGEST_MISMATCH",
        message: expect.stringContaining("six-1.0.whl"),
      });
    expect(await files()).toEqual([]);
    expect(await readdir(folder.path("tmp"))).toEqual([]);
  });

  it("checks every hash that is stated, and a size without a hash", async () => {
    const hex = (algorithm: string, text: string) => `${algorithm}:${createHash(algorithm).update(text).digest("hex")}`;
    for (const algorithm of ["sha512", "sha384", "md5"]) {
      const right = { hashes: [digestOf("abc"), hex(algorithm, "abc")], subject: "x" };
      expect(await store.write(bytes("abc"), right)).toEqual({ digest: digestOf("abc"), size: 3 });
      const wrong = { hashes: [digestOf("abc"), hex(algorithm, "abd")], subject: "x" };
      await expect(store.write(bytes("abc"), wrong)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
      const none = { oneOf: [hex(algorithm, "x"), hex(algorithm, "y")], subject: "x" };
      await expect(store.write(bytes("abc"), none)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
      expect(
        await store.write(bytes("abc"), { oneOf: [...none.oneOf, hex(algorithm, "abc")], subject: "x" }),
      ).toBeDefined();
    }
    await expect(store.write(bytes("ab"), { size: 3, subject: "x" })).rejects.toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  });

  it("removes an altered file when it is verified", async () => {
    const { digest } = await store.write(bytes("abc"));
    expect(await store.verify(digest)).toBe(true);
    await writeFile(store.path(digest), "abd");
    expect(await store.verify(digest)).toBe(false);
    expect(await files()).toEqual([]);
    expect(await store.verify(digest)).toBe(false);
  });

  it("gives a path for sha256 digests alone", () => {
    for (const text of ["sha256:../../etc/passwd", "sha256:abc", "md5:x", ""]) expect(() => store.path(text)).toThrow();
  });

  it("names the cache where it cannot be made", async () => {
    await writeFile(join(root, "file"), "");
    const broken = new CacheFolder({ IMAGESPEC_CACHE_DIR: join(root, "file") });
    await expect(broken.open()).rejects.toMatchObject({ code: "E_CACHE", message: expect.stringContaining(root) });
  });

  it("is whole after writers were killed at any point, and what they left goes at the next opening", async () => {
    const script = `
      import { BlobStore } from ${JSON.stringify(fileURLToPath(new URL("./blob-store.ts", import.meta.url)))};
      import { CacheFolder } from ${JSON.stringify(fileURLToPath(new URL("./cache-folder.ts", import.meta.url)))};
      const folder = new CacheFolder(); await folder.open(); const store = new BlobStore(folder);
      async function* data(n) { for (let i = 0; i < 64; i++) { yield Buffer.alloc(65536, String(n * 64 + i)); await new Promise(setImmediate); } }
      console.log("up"); for (let n = 0; ; n++) await store.write(data(n));`;
    for (let round = 0; round < 5; round++) {
      const writers = [1, 2].map(() => {
        const env = { ...process.env, IMAGESPEC_CACHE_DIR: root };
        return spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
          env,
          stdio: ["ignore", "pipe", "inherit"],
        });
      });
      // They write for ever: none may outlive a test that fails in between.
      onTestFinished(() => {
        for (const writer of writers) writer.kill("SIGKILL");
      });
      await Promise.all(writers.map((writer) => new Promise((resolve) => writer.stdout?.once("data", resolve))));
      await sleep(20 + Math.random() * 150);
      const ended = writers.map((writer) => new Promise((resolve) => writer.once("exit", resolve)));
      for (const writer of writers) writer.kill("SIGKILL");
      await Promise.all(ended);
    }
    await folder.open();
    expect(await readdir(folder.path("tmp"))).toEqual([]);
    const names = await files();
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      expect(digestOf(await readFile(folder.path("blobs/sha256", name)))).toBe(`sha256:${name}`);
  });
});

describe("evict", () => {
  it("removes what was not used for longest until it fits, and nothing that is in use", async () => {
    const old = new Date(Date.now() - 5 * 60 * 60 * 1000);
    const digests: string[] = [];
    for (const text of ["aaaa", "bbbb", "cccc"]) digests.push((await store.write(bytes(text))).digest);
    for (const [at, digest] of digests.slice(0, 2).entries())
      await utimes(store.path(digest), old, new Date(old.getTime() + at * 1000));
    expect(await evict(folder, 8)).toBe(4);
    expect(await store.has(digests[0] as string)).toBe(false);
    // The second was marked as used by has() just now, the third is new.
    expect(await store.has(digests[1] as string)).toBe(true);
    expect(await evict(folder, 0)).toBe(0);
    expect((await stat(store.path(digests[2] as string))).size).toBe(4);
  });

  it.runIf(process.platform !== "win32")("does not wait for a pipe in the place of its mark", async () => {
    execFileSync("mkfifo", [folder.path("looked-through")]);
    await evict(folder, 1000);
    expect(await readFile(folder.path("looked-through"), "utf8")).toBe("1000");
  });

  it("looks through the cache once in ten minutes, and at once for another limit", async () => {
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60 * 1000);
    const addOld = async (text: string) => {
      const { digest } = await store.write(bytes(text));
      await utimes(store.path(digest), ago(61), ago(61));
    };
    await addOld("a");
    expect(await evict(folder, 1)).toBe(0);
    await addOld("bb");
    await addOld("cccc");
    expect(await evict(folder, 1)).toBe(0);
    expect(await evict(folder, 6)).toBe(1);
    await utimes(folder.path("looked-through"), ago(9), ago(9));
    await addOld("d");
    expect(await evict(folder, 6)).toBe(0);
    await utimes(folder.path("looked-through"), ago(11), ago(11));
    expect(await evict(folder, 6)).toBeGreaterThan(0);
  });
});
