import { afterEach, expect, test, vi } from "vitest";
import { probe } from "./probe.ts";

afterEach(() => vi.unstubAllEnvs());

test("says where uv comes from where the image needs one, and nothing of it elsewhere", async () => {
  vi.stubEnv("PATH", "/nowhere");
  expect(await probe(undefined, "ghcr.io/astral-sh/uv:0.13.9")).toEqual({
    usable: true,
    detail: "uv from ghcr.io/astral-sh/uv:0.13.9",
  });
  expect(await probe(undefined, undefined)).toEqual({ usable: true });
});
