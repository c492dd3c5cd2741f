import { expect, it } from "vitest";
import { thrownText } from "./thrown-text.ts";

const unprintable = "a value that cannot be printed";

it.each([
  [new Error("no"), "no"],
  ["no", "no"],
  [null, "null"],
  [undefined, "undefined"],
  [Symbol("no"), "Symbol(no)"],
  [{ message: 5 }, "5"],
  [Object.create(null), unprintable],
  [{ toString: () => ({}) }, unprintable],
  [
    {
      get message() {
        throw new Error("no");
      },
    },
    unprintable,
  ],
])("has a text for whatever is thrown: %#", (thrown, text) => {
  expect(thrownText(thrown)).toBe(text);
});
