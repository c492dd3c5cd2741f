import { expect, it } from "vitest";
import { sourceDateEpoch } from "./source-date-epoch.ts";

it.each([
  [undefined, 0],
  ["", 0],
  ["1700000000", 1700000000],
  ["2147483647", 2147483647],
])("%j is %d", (text, seconds) => {
  expect(sourceDateEpoch({ SOURCE_DATE_EPOCH: text })).toBe(seconds);
});

it.each(["now", "-1", "1.5", "1e3", "2147483648"])("%s is an error that names the variable", (text) => {
  expect(() => sourceDateEpoch({ SOURCE_DATE_EPOCH: text })).toThrow(
    expect.objectContaining({ code: "E_OPTIONS", message: expect.stringMatching(/SOURCE_DATE_EPOCH/) }),
  );
});
