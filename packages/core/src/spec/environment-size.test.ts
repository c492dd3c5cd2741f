import { expect, it } from "vitest";
import { faultsOf } from "./fixtures/faults-of.ts";

const env = (count: number, length: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`V${nth}`, "x".repeat(length)]));

it("refuses variables that no program can be started with, together", () => {
  expect(faultsOf({ name: "a", env: env(14, 130_000) })).toEqual({});
  for (const large of [env(16, 130_000), env(100_000, 10)])
    expect(faultsOf({ name: "a", env: large })).toMatchObject({
      env: { code: "env_size", hint: expect.stringContaining("copy") },
    });
});
