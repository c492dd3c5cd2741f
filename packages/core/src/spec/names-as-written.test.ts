import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { faultsOf } from "./fixtures/faults-of.ts";

it.each([
  ["name", "  ", /^it is empty$/],
  ["name", "a/", /^'a\/' has an empty path component$/],
  ["name", "a//b", /^'a\/\/b' has an empty path component$/],
  ["name", "\u212A", /^'\u212A' may only hold a-z/],
  ["registry", "\u212A.example", /'\u212A\.example' is not a host name/],
])("the fault of a %s tells it as it is written: %j", (parameter, text, message) => {
  expect(faultsOf({ [parameter]: text })[parameter]?.message).toMatch(message);
});

it.each([
  { python_version: "3.11", pythonVersion: "3.12" },
  { pythonVersion: "3.12", python_version: "3.11" },
])("both spellings of a parameter that is set twice are named: %o", (given) => {
  const parsed = () => ImageSpec.parse(given, { root: "/" });
  const [first, second] = Object.keys(given);
  expect(parsed).toThrow(/'pythonVersion' is set twice/);
  expect(parsed).toThrow(expect.objectContaining({ hint: `Keep one of '${first}' and '${second}'.` }));
});
