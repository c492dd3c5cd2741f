import { expect, it } from "vitest";
import { isSwitchedOn } from "./is-switched-on.ts";

it.each([
  [undefined, false],
  ["", false],
  [" ", false],
  ["0", false],
  ["False", false],
  ["OFF", false],
  ["no", false],
  ["1", true],
  ["true", true],
  ["yes", true],
  ["anything", true],
])("a variable of %j is on: %s", (value, expected) => {
  expect(isSwitchedOn(value)).toBe(expected);
});
