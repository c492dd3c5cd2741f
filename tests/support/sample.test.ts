import { afterEach, expect, test, vi } from "vitest";
import { sample } from "./sample.ts";

const items = Array.from({ length: 100 }, (_, index) => index);
afterEach(() => {
  vi.unstubAllEnvs();
});

test("a seed always gives the same items, in their order; another seed gives others", () => {
  vi.stubEnv("IMAGESPEC_TEST_FULL", undefined);
  vi.stubEnv("IMAGESPEC_TEST_SEED", undefined);
  const taken = sample(items, 10, 1);
  expect(taken).toHaveLength(10);
  expect(taken).toEqual([...taken].sort((a, b) => a - b));
  expect(sample(items, 10, 1)).toEqual(taken);
  expect(sample(items, 10, 2)).not.toEqual(taken);
  vi.stubEnv("IMAGESPEC_TEST_SEED", "1");
  expect(sample(items, 10, 2)).toEqual(taken);
});

test("every item comes up under some seed", () => {
  vi.stubEnv("IMAGESPEC_TEST_FULL", undefined);
  vi.stubEnv("IMAGESPEC_TEST_SEED", undefined);
  const seen = new Set(Array.from({ length: 200 }, (_, seed) => sample(items, 10, seed)).flat());
  expect(seen.size).toBe(items.length);
});

test("a full run takes all", () => {
  vi.stubEnv("IMAGESPEC_TEST_FULL", "1");
  expect(sample(items, 10, 1)).toEqual(items);
});
