import { expect, it } from "vitest";
import { failureOf } from "../fixtures/tiny-image.ts";
import { formatPlatform, isPlatform, normalPlatform, parsePlatform, runnablePlatforms } from "./platform.ts";

it.each([
  ["linux/amd64", "linux/amd64"],
  ["Linux/x86_64", "linux/amd64"],
  ["linux/amd64/v1", "linux/amd64"],
  ["linux/amd64/v3", "linux/amd64/v3"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/arm64/v8", "linux/arm64"],
  ["linux/arm64/8", "linux/arm64"],
  ["linux/arm", "linux/arm/v7"],
  ["linux/arm/v6", "linux/arm/v6"],
  ["linux/armel", "linux/arm/v6"],
  ["linux/riscv64", "linux/riscv64"],
  ["linux/i386", "linux/386"],
  ["linux/i686", "linux/386"],
  ["linux/x86", "linux/386"],
  ["linux/x86-64", "linux/amd64"],
  ["linux/armhf", "linux/arm/v7"],
  ["linux/armhf/v6", "linux/arm/v7"],
  ["linux/arm/7", "linux/arm/v7"],
  ["linux/arm64/v8.0", "linux/arm64"],
  ["linux/arm64/v9.0", "linux/arm64/v9"],
  ["macOS/arm64", "darwin/arm64"],
])("%s is %s", (text, normal) => expect(formatPlatform(parsePlatform(text))).toBe(normal));

it.each([
  "",
  "linux",
  "linux/",
  "/amd64",
  "linux/amd64/v1/x",
  "linux/am d64",
  "linux/constructor",
  "toString/amd64",
  "linux/amd64/",
  "linux/amd64/__proto__",
])("refuses %o", async (text) => {
  expect(await failureOf(Promise.resolve().then(() => parsePlatform(text)))).toMatchObject({ code: "E_OPTIONS" });
});

it.each([
  ["linux/amd64", ["linux/amd64"]],
  ["linux/amd64/v3", ["linux/amd64/v3", "linux/amd64/v2", "linux/amd64"]],
  ["linux/arm", ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]],
  ["linux/arm64", ["linux/arm64"]],
  ["linux/s390x", ["linux/s390x"]],
])("%s runs %o", (text, list) => expect(runnablePlatforms(parsePlatform(text))).toEqual(list));

it("is one text however it is spelled", () => {
  expect(normalPlatform("Linux/AArch64/v8")).toBe("linux/arm64");
  expect(isPlatform("linux/constructor")).toBe(false);
});

it("keeps what an index says though nobody knows it", () => {
  expect(formatPlatform({ os: "unknown", architecture: "unknown" })).toBe("unknown/unknown");
  expect(formatPlatform({ os: "linux", architecture: "constructor" })).toBe("linux/constructor");
});
