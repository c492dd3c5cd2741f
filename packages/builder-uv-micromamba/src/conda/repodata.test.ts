import { zstdCompressSync } from "node:zlib";
import { expect, it } from "vitest";
import { fetchRepodata } from "./repodata.ts";

const signal = new AbortController().signal;
const text = JSON.stringify({ packages: { "a-1-0.tar.bz2": { name: "a" }, "b-1-0.tar.bz2": { name: "b" } } });
const half = text.length >> 1;
const served = (files: Record<string, Uint8Array>) =>
  fetchRepodata("https://c", "noarch", async (url) => files[url.slice("https://c/noarch/".length)], signal);

it.each([
  ["one frame", zstdCompressSync(text)],
  ["several frames", Buffer.concat([zstdCompressSync(text.slice(0, half)), zstdCompressSync(text.slice(half))])],
])("reads an index of %s", async (_, packed) => {
  const index = await served({ "repodata.json.zst": packed });
  expect([...(index?.records.keys() ?? [])]).toEqual(["a-1-0.tar.bz2", "b-1-0.tar.bz2"]);
});

it.each([
  ["is cut short", zstdCompressSync(text).subarray(0, -3)],
  ["is not zstd", Buffer.from(text)],
])("refuses an index that %s, naming it", async (_, packed) => {
  await expect(served({ "repodata.json.zst": packed })).rejects.toMatchObject({
    code: "E_RESOLVE",
    message: expect.stringContaining("https://c/noarch/repodata.json"),
  });
});

const stating = (info: unknown, repodata_version: unknown = 2) =>
  served({ "repodata.json": Buffer.from(JSON.stringify({ info, repodata_version })) });

it.each([
  [{ base_url: "https://files.example/a" }, 2, "https://files.example/a/"],
  [{ base_url: "https://files.example/a/" }, 2, "https://files.example/a/"],
  [{ base_url: "/b" }, 2, "https://c/b/"],
  [{ base_url: "../linux-64" }, 2, "https://c/linux-64/"],
  // As micromamba: other versions do not know it.
  [{ base_url: "https://files.example" }, 1, "https://c/noarch/"],
  [{ base_url: 3 }, 2, "https://c/noarch/"],
  [null, 2, "https://c/noarch/"],
  [undefined, undefined, "https://c/noarch/"],
])("knows where the packages of an index with %j and version %j are", async (info, version, address) => {
  expect((await stating(info, version))?.address).toBe(address);
});

it.each(["file:///etc", "https://ann:pw@files.example", "s3://bucket", "http://["])(
  "refuses packages at %s",
  async (base_url) => {
    const refused = expect(stating({ base_url })).rejects;
    await refused.toMatchObject({ code: "E_RESOLVE", message: expect.not.stringContaining("pw") });
  },
);
