import { expect, it } from "vitest";
import { failureOf } from "../fixtures/tiny-image.ts";
import { formatPlatform, parsePlatform, runnablePlatforms } from "./platform.ts";

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
])("%s is %s", (text, normal) => expect(formatPlatform(parsePlatform(text))).toBe(normal));

it.each(["", "linux", "linux/", "/amd64", "linux/amd64/v1/x", "linux/am d64"])("refuses %o", async (text) => {
  expect(await failureOf(Promise.resolve().then(() => parsePlatform(text)))).toMatchObject({ code: "E_OPTIONS" });
});

it.each([
  ["linux/amd64", ["linux/amd64"]],
  ["linux/amd64/v3", ["linux/amd64/v3", "linux/amd64/v2", "linux/amd64"]],
  ["linux/arm", ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]],
  ["linux/arm64", ["linux/arm64"]],
  ["linux/s390x", ["linux/s390x"]],
])("%s runs %o", (text, list) => expect(runnablePlatforms(parsePlatform(text))).toEqual(list));
