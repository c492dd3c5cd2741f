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
  const records = await served({ "repodata.json.zst": packed });
  expect([...(records?.keys() ?? [])]).toEqual(["a-1-0.tar.bz2", "b-1-0.tar.bz2"]);
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
