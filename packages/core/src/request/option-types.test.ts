import { expect, it } from "vitest";
import { type OptionType, optionTypeBreach } from "./option-types.ts";

const TYPES: Record<string, OptionType> = {
  platform: "a text",
  push: "true or false",
  builderOptions: "an object",
  signal: "an AbortSignal",
  onEvent: "a function",
};

it("takes every option by its type, and those that are undefined", () => {
  const { signal } = new AbortController();
  const options = { platform: "linux/amd64", push: true, builderOptions: {}, signal, onEvent: () => undefined };
  expect(optionTypeBreach(options, TYPES)).toBeUndefined();
  expect(optionTypeBreach({ platform: undefined, other: undefined }, TYPES)).toBeUndefined();
});

it.each([
  ["platform", 5],
  ["platform", null],
  ["builderOptions", []],
  ["push", 1],
  ["signal", {}],
  ["onEvent", 5],
])("refuses %s: %j", (name, value) => {
  const what = TYPES[name];
  expect(optionTypeBreach({ [name]: value }, TYPES)).toEqual({
    message: `${name} is not ${what}`,
    hint: `Pass ${what} as ${name}.`,
  });
});

it("refuses a name that there is not, and says which is meant", () => {
  expect(optionTypeBreach({ platfrom: "linux/amd64" }, TYPES)).toEqual({
    message: 'there is no option "platfrom"',
    hint: "Write 'platform' if you mean that.",
  });
  expect(optionTypeBreach({ constructor: 1 }, TYPES)?.hint).toMatch(/^Use platform, push, /);
});
