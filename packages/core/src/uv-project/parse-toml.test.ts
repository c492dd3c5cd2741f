import { expect, it } from "vitest";
import { parseToml } from "./parse-toml.ts";

const dotted = (levels: number) => Array(levels).fill("a").join(".");

it.each([
  ["a header", `[${dotted(100_000)}]`],
  ["a key", `${dotted(100_000)} = 1`],
  ["an inline table", `x = { ${dotted(100_000)} = 1 }`],
  ["brackets", `x = ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
])("refuses %s of too many levels", (_what, text) => {
  expect(() => parseToml(text)).toThrow(/nested/);
});

it("reads what tools write", () => {
  expect(parseToml(`[${dotted(50)}]\nx = [[1, { y = 2 }], 1979-05-27]`)).toHaveProperty(`${dotted(50)}.x`);
});
