import { expect, it } from "vitest";
import { isDeeper } from "./is-deeper.ts";

/** Data of so many levels: lists and objects in turn. */
function nested(levels: number): unknown {
  let value: unknown = levels % 2 === 0 ? [] : {};
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? [1, value] : { a: null, b: value };
  return value;
}

it.each([0, 1, 2, 100])("tells data of more than %i levels from what has as many", (levels) => {
  expect(isDeeper(levels === 0 ? "text" : nested(levels), levels)).toBe(false);
  expect(isDeeper(nested(levels + 1), levels)).toBe(true);
});

it("takes data of any depth", () => {
  expect(isDeeper(nested(1_000_000), 100)).toBe(true);
  expect(isDeeper(nested(1_000_000), 1_000_000)).toBe(false);
});
