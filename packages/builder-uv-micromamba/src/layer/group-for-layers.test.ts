import { describe, expect, it } from "vitest";
import { groupForLayers } from "./group-for-layers.ts";

describe("groupForLayers", () => {
  const wheel = (name: string, size = 1000, version = "1") => ({ name, size, version });
  const many = Array.from({ length: 100 }, (_, at) => wheel(`package-${at}`));
  const group = (items: ReturnType<typeof wheel>[], limit = 50) => groupForLayers(items, (item) => item, limit);

  it("gives large ones a layer of their own and the rest at most eight", () => {
    const groups = group([...many, wheel("torch", 9e6), wheel("numpy", 17e6)]);
    expect(groups.length).toBeLessThanOrEqual(10);
    expect(groups.slice(0, 2).map((items) => items.map(({ name }) => name))).toEqual([["numpy"], ["torch"]]);
    expect(groups.flat().length).toBe(102);
  });

  it("changes one group when one package changes, in whatever order they come", () => {
    const before = group(many).map((items) => JSON.stringify(items));
    const changed = many.map((item) => (item.name === "package-7" ? { ...item, version: "2" } : item)).reverse();
    const after = group(changed).map((items) => JSON.stringify(items));
    expect(after.filter((text) => !before.includes(text)).length).toBe(1);
    expect(after.length).toBe(before.length);
  });

  it("never makes more layers than there may be", () => {
    const large = Array.from({ length: 80 }, (_, at) => wheel(`large-${at}`, 9e6));
    expect(group([...large, ...many], 20).length).toBeLessThanOrEqual(20);
    expect(group([...large, ...many], 20).flat().length).toBe(180);
  });
});
