import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf, pushImage, RegistryClient } from "@imagespec/registry";
import { type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CacheFolder } from "./cache-folder.ts";
import { RecordStore } from "./record-store.ts";
import { RegistryRecords } from "./registry-records.ts";

let server: RegistryServer;
let client: RegistryClient;
let root: string;
let warnings: string[];
beforeEach(async () => {
  server = await startRegistry();
  client = new RegistryClient({ env: {} });
  root = await mkdtemp(join(tmpdir(), "registry-records-"));
  warnings = [];
});
afterEach(async () => {
  await client.close();
  await server.close();
  await rm(root, { recursive: true });
});

/** A machine of its own: an empty cache, and what the repository holds when its build begins. */
async function machine(
  name: string,
  { image = "team/app", platforms = ["linux/amd64"], signal = new AbortController().signal, from = client } = {},
) {
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: join(root, name) });
  await folder.open();
  const repository = from.repository(`${server.host}/team/cache`, { mirror: false, access: "push" });
  const shared = new RegistryRecords({ repository, image, platforms, signal, warn: (text) => warnings.push(text) });
  return { shared, records: new RecordStore(folder, { shared }) };
}
const writes = () => server.exchanges.filter(({ method }) => method !== "GET" && method !== "HEAD").length;

describe("RegistryRecords", () => {
  it("gives a machine what another has found out, and the machine keeps it", async () => {
    const one = await machine("one");
    await one.records.set("wheel-files", { wheel: 1 }, [["a.py", "mark"]]);
    await one.shared.save();
    const two = await machine("two");
    expect(await two.records.has("wheel-files", { wheel: 1 })).toBe(true);
    expect(await two.records.get("wheel-files", { wheel: 1 })).toEqual([["a.py", "mark"]]);
    expect(await two.records.get("wheel-files", { wheel: 2 })).toBeUndefined();
    await server.close();
    expect(await two.records.get("wheel-files", { wheel: 1 })).toEqual([["a.py", "mark"]]);
    expect(warnings).toEqual([]);
  });

  it("shares none of the records whose truth depends on the machine", async () => {
    const one = await machine("one");
    for (const kind of ["programs", "failed-python-downloads", "interpreters", "uv-versions", "found-interpreters"])
      await one.records.set(kind, "key", 1);
    await one.shared.save();
    expect(writes()).toBe(0);
  });

  it("shares an index's answer for as long as it counts, and leaves out the one before", async () => {
    const ask = (answer: string) => ({ force: false, ask: async () => answer });
    const one = await machine("one");
    await one.records.set("layers", 1, { size: 1 });
    expect(await one.records.recent("recent-resolutions", "key", ask("first"))).toBe("first");
    await one.shared.save();
    const two = await machine("two");
    expect(await two.records.recent("recent-resolutions", "key", ask("second"))).toBe("first");
    // Asked again, and answered the same: nothing to tell others.
    await two.records.recent("recent-resolutions", "key", { ...ask("first"), force: true });
    const before = writes();
    await two.shared.save();
    expect(writes()).toBe(before);
    vi.useFakeTimers({ now: Date.now() + 11 * 60_000, toFake: ["Date"] });
    const three = await machine("three");
    expect(await three.records.recent("recent-resolutions", "other", ask("third"))).toBe("third");
    await three.shared.save();
    const four = await machine("four");
    expect(await four.records.get("layers", 1)).toEqual({ size: 1 });
    expect(await four.records.get("recent-resolutions", "key")).toBeUndefined();
    expect(await four.records.recent("recent-resolutions", "other", ask("fourth"))).toBe("third");
    vi.useRealTimers();
  });

  it.each(["https://user:word@index.test/a.whl", "https://index.test/a.whl?signature=x", "https://user@index.test/a"])(
    "keeps %s to itself",
    async (url) => {
      const one = await machine("one");
      await one.records.set("recent-resolutions", "key", { at: 1, answer: { wheels: [{ url, name: "a" }] } });
      await one.shared.save();
      expect(writes()).toBe(0);
    },
  );

  it("has a tag for each image and platform", async () => {
    const one = await machine("one", { platforms: ["linux/amd64", "linux/arm64"] });
    await one.records.set("layers", 1, { size: 1 });
    await one.shared.save();
    for (const [image, platforms, expected] of [
      ["team/app", ["linux/arm64"], { size: 1 }],
      ["team/app", ["linux/riscv64"], undefined],
      ["team.app", ["linux/amd64"], undefined],
    ] as const) {
      const other = await machine(`${image} ${platforms}`, { image, platforms: [...platforms] });
      expect(await other.records.get("layers", 1)).toEqual(expected);
    }
  });

  it("is written only for what it lacks, and keeps what other builds have found out", async () => {
    const one = await machine("one");
    await one.records.set("layers", 1, { size: 1 });
    await one.shared.save();
    const two = await machine("two");
    await two.records.set("layers", 2, { size: 2 });
    await two.shared.save();
    const before = writes();
    const three = await machine("three");
    expect(await three.records.get("layers", 1)).toEqual({ size: 1 });
    expect(await three.records.get("layers", 2)).toEqual({ size: 2 });
    await three.shared.save();
    expect(writes()).toBe(before);
  });

  it("overwrites what is not a list of records, with a warning", async () => {
    const one = await machine("one");
    await one.records.set("layers", 1, { size: 1 });
    await one.shared.save();
    const [tag = ""] = server.repositories.get("team/cache")?.tags.keys() ?? [];
    const repository = client.repository(`${server.host}/team/cache`);
    const broken = [[], [textLayer("not gzip")], [textLayer(gzipSync('{"version":9}'))]];
    for (const [at, layers] of broken.entries()) {
      warnings = [];
      const image = {
        config: { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } },
        layers,
      };
      await pushImage(repository, image, { tag });
      const two = await machine("two");
      await two.records.set("layers", 1, { size: 1 });
      await two.shared.save();
      expect(warnings).toEqual([expect.stringContaining("holds no records of this builder")]);
      expect(await (await machine(`three ${at}`)).records.get("layers", 1)).toEqual({ size: 1 });
    }
  });

  it("is warned of and done without where it cannot be read", async () => {
    await server.close();
    const one = await machine("one");
    expect(await one.records.get("layers", 1)).toBeUndefined();
    await one.records.set("layers", 1, { size: 1 });
    await one.shared.save();
    expect(warnings).toEqual([expect.stringMatching(/^The cache repository .* cannot be read: /)]);
  });

  it("is warned of where it may only be read", async () => {
    await server.close();
    server = await startRegistry({ auth: { type: "bearer", users: { writer: "word" }, anonymousPull: true } });
    const credentials = {
      configFile: undefined,
      get: async () => ({ kind: "basic" as const, username: "writer", password: "word" }),
    };
    const writer = new RegistryClient({ env: {}, credentials });
    const one = await machine("one", { from: writer });
    await one.records.set("layers", 1, { size: 1 });
    await one.shared.save();
    await writer.close();
    expect(warnings).toEqual([]);
    const two = await machine("two", {
      from: new RegistryClient({ env: {}, credentials: { ...credentials, get: async () => undefined } }),
    });
    expect(await two.records.get("layers", 1)).toEqual({ size: 1 });
    await two.records.set("layers", 2, { size: 2 });
    await two.shared.save();
    expect(warnings).toEqual([expect.stringMatching(/^The cache repository .* cannot be written: /)]);
  });

  it("ends with the build that is cancelled", async () => {
    const cancelled = new AbortController();
    const one = await machine("one", { signal: cancelled.signal });
    await one.records.set("layers", 1, { size: 1 });
    cancelled.abort(new Error("stop"));
    await expect(one.shared.save()).rejects.toThrow("stop");
    expect(writes()).toBe(0);
    expect(warnings).toEqual([]);
  });
});

function textLayer(content: string | Uint8Array) {
  const bytes = Buffer.from(content);
  const descriptor = {
    mediaType: "application/vnd.imagespec.records.v1+gzip",
    digest: digestOf(bytes),
    size: bytes.length,
  };
  return {
    descriptor,
    open: async function* () {
      yield bytes;
    },
  };
}
