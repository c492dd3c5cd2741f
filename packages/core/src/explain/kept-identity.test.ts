import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepIdentityInCache, readKeptIdentity } from "./kept-identity.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "identity-"));
});
afterEach(() => rm(cache, { recursive: true }));

const folder = async () => join(cache, "identities", (await readdir(join(cache, "identities")))[0] ?? "");

it("keeps documents by tag, knows which was built last, and ignores a broken one", async () => {
  expect(await readKeptIdentity(cache, "r/n")).toBeUndefined();
  await keepIdentityInCache(cache, "r/n", { tag: "last", document: "{}" });
  await keepIdentityInCache(cache, "r/n", { tag: "two", document: '{"a":1}' });
  expect(await readKeptIdentity(cache, "r/n")).toEqual({ tag: "two", document: '{"a":1}' });
  expect(await readKeptIdentity(cache, "r/n", "last")).toEqual({ tag: "last", document: "{}" });
  expect(await readKeptIdentity(cache, "r/n", "three")).toBeUndefined();
  expect(await readKeptIdentity(cache, "r/other", "two")).toBeUndefined();
  const modes = await Promise.all([stat(await folder()), stat(join(await folder(), "two.json"))]);
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o600]);
  await writeFile(join(await folder(), "two.json"), "{");
  expect(await readKeptIdentity(cache, "r/n")).toBeUndefined();
});

it("keeps the sixteen tags that were built last", async () => {
  for (let at = 0; at < 16; at++) {
    await keepIdentityInCache(cache, "n", { tag: `t${at}`, document: "{}" });
    await utimes(join(await folder(), `t${at}.json`), at, at);
  }
  await keepIdentityInCache(cache, "n", { tag: "new", document: "{}" });
  expect(await readKeptIdentity(cache, "n", "t0")).toBeUndefined();
  expect((await readdir(await folder())).filter((name) => name.endsWith(".json"))).toHaveLength(16);
  expect(await readKeptIdentity(cache, "n", "t1")).toBeDefined();
});
