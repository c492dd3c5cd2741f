import { expect, it } from "vitest";
import { WRITTEN_SCRIPTS } from "./written-scripts.ts";

it("has every script that names folders of one machine for the other machine too", () => {
  const scripts = [...WRITTEN_SCRIPTS.values()];
  const named = (machine: string) =>
    scripts
      .map(({ of, effects }) => ({ of, effects: JSON.stringify(effects) }))
      .filter(({ effects }) => effects.includes(machine))
      .map(({ of, effects }) => `${of} ${effects.replaceAll(machine, "MACHINE")}`);
  expect(named("aarch64-linux-gnu")).toHaveLength(5);
  expect(named("aarch64-linux-gnu")).toEqual(named("x86_64-linux-gnu"));
});
