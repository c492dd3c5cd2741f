import { describe, expect, it } from "vitest";
import type { RecordStore } from "../cache/record-store.ts";
import { listPackages } from "./list-packages.ts";
import type { PackageContents } from "./package/package-contents.ts";

const plain: PackageContents = { control: "", info: [], files: [] };
const unread: PackageContents = { ...plain, info: [{ name: "postinst", text: "#!/bin/sh\nobscure\n", mode: 0o755 }] };

/**
 * Lists packages with these contents, of which an earlier build has read those in `known`, and says which are read now.
 */
async function listing(held: Record<string, PackageContents>, ...known: string[]) {
  const read: string[] = [];
  const subject = (key: unknown) => (key as { deb: string }).deb;
  const records = {
    get: async (_: string, key: unknown) => (known.includes(subject(key)) ? held[subject(key)] : undefined),
    known: async (_: string, key: unknown) => {
      read.push(subject(key));
      return held[subject(key)];
    },
  } as unknown as RecordStore;
  const archives = Object.keys(held).map((name) => ({
    ...{ name, version: "1", url: "", sha256: name, size: 1, automatic: false },
    fetch: async () => name,
  }));
  const { signal } = new AbortController();
  const found = await listPackages(archives, { dpkgDeb: "dpkg-deb", records, signal }).catch((error) => error.message);
  return { found, read };
}

describe("listPackages", () => {
  it("reads what no earlier build has read, in the packages' order", async () => {
    const { found, read } = await listing({ a: plain, b: plain, c: plain }, "b");
    expect(read).toEqual(["a", "c"]);
    expect(found).toEqual(["a", "b", "c"].map((name, at) => ({ package: name, at, contents: plain, effects: [] })));
  });

  it("reads nothing beside a package that is known to need a container", async () => {
    const { found, read } = await listing({ a: plain, b: unread }, "b");
    expect(found).toMatch("b has a postinst script that only a container can run");
    expect(read).toEqual([]);
  });

  it("reads no more once a package needs a container", async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`later-${at}`, plain]));
    const { found, read } = await listing({ a: unread, ...many });
    expect(found).toMatch("a has a postinst script");
    expect(read.length).toBeLessThan(10);
  });
});
