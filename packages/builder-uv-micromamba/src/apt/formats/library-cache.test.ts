import { describe, expect, it } from "vitest";
import { addToLibraryCache, compareLibraries, readLibraryCache } from "./library-cache.ts";

// Both were written by ldconfig of glibc 2.36 over a folder of two libraries, then of three.
const TWO = Buffer.from(
  "Z2xpYmMtbGQuc28uY2FjaGUxLjECAAAAIAAAAAIAAACAAAAAAAAAAAAAAAAAAAAAAwMAAHYAAABxAAAAAAAAAAAAAAAAAAAAAwMAAGUAAABgAAAAAAAAAAAAAAAAAAAAL2xpYi9saWJmZmkuc28uOAAvbGliL2xpYnouc28uMQB0IaTqAQAAAAAAAAAAAAAAmAAAAEMAAABsZGNvbmZpZyAoRGViaWFuIEdMSUJDIDIuMzYtOStkZWIxMnUxNCkgc3RhYmxlIHJlbGVhc2UgdmVyc2lvbiAyLjM2",
  "base64",
);
const THREE = Buffer.from(
  "Z2xpYmMtbGQuc28uY2FjaGUxLjEDAAAAMAAAAAIAAACoAAAAAAAAAAAAAAAAAAAAAwMAAJ4AAACZAAAAAAAAAAAAAAAAAAAAAwMAAI4AAACJAAAAAAAAAAAAAAAAAAAAAwMAAH0AAAB4AAAAAAAAAAAAAAAAAAAAL2xpYi9saWJmZmkuc28uOAAvbGliL2xpYmd6LnNvLjEAL2xpYi9saWJ6LnNvLjEAdCGk6gEAAAAAAAAAAAAAAMAAAABDAAAAbGRjb25maWcgKERlYmlhbiBHTElCQyAyLjM2LTkrZGViMTJ1MTQpIHN0YWJsZSByZWxlYXNlIHZlcnNpb24gMi4zNg==",
  "base64",
);

describe("the linker's cache", () => {
  it("gets a library as ldconfig writes it, to the byte", () => {
    expect(addToLibraryCache(TWO, [], "amd64").equals(TWO)).toBe(true);
    const added = addToLibraryCache(TWO, [{ name: "libgz.so.1", path: "/lib/libgz.so.1" }], "amd64");
    expect(added.toString("latin1")).toBe(THREE.toString("latin1"));
    expect(readLibraryCache(added, "amd64").map(({ name }) => name)).toEqual([
      "libz.so.1",
      "libgz.so.1",
      "libffi.so.8",
    ]);
  });

  it("refuses another form, and libraries of another machine", () => {
    for (const [cache, architecture] of [
      [Buffer.from("ld.so-1.7.0"), "amd64"],
      [TWO, "arm64"],
      [TWO, "s390x"],
    ] as const)
      expect(() => addToLibraryCache(cache, [], architecture)).toThrow(
        expect.objectContaining({ code: "E_UNSUPPORTED" }),
      );
  });

  it("orders numbers in names as numbers", () => {
    expect(compareLibraries("libx.so.10", "libx.so.9")).toBeGreaterThan(0);
    expect(compareLibraries("libx.so", "libx.so.1")).toBeLessThan(0);
    expect(compareLibraries("lib1.so", "liba.so")).toBeGreaterThan(0);
  });
});
