import { expect, it } from "vitest";
import { allowsMajorOf } from "./allows-major.ts";

it.each([
  ["^1", true],
  ["^2.0.0", false],
  ["~1.4", true],
  ["1.x", true],
  ["^12", false],
  ["^2 || ^1", true],
  ["^3 || ^2", false],
  [">=1", true],
  ["*", true],
  ["workspace:^1", true],
])("a builder for core %s works with 1.2.3: %s", (range, allowed) => {
  expect(allowsMajorOf("1.2.3", range)).toBe(allowed);
});
