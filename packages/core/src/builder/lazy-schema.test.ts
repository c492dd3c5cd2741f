import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { lazySchema } from "./lazy-schema.ts";

const schema = z.strictObject({ level: z.int().default(3) });

describe("lazySchema", () => {
  it("loads the schema when a value is checked, and not before", async () => {
    const load = vi.fn(async () => schema);
    const lazy = lazySchema(load)["~standard"];
    expect(load).not.toHaveBeenCalled();
    expect(await lazy.validate({})).toEqual({ value: { level: 3 } });
    expect(load).toHaveBeenCalledOnce();
  });

  it("gives its defaults for no options, and checks any other value", async () => {
    const load = vi.fn(async () => schema);
    const defaults = { level: 3 };
    const lazy = lazySchema(load, defaults)["~standard"];
    const empty = await lazy.validate({});
    expect(empty).toEqual({ value: defaults });
    expect("value" in empty && empty.value).not.toBe(defaults);
    expect(load).not.toHaveBeenCalled();
    expect(await lazy.validate({ level: 4 })).toEqual({ value: { level: 4 } });
    expect((await lazy.validate([])).issues).toHaveLength(1);
    expect((await lazy.validate(null)).issues).toHaveLength(1);
  });

  it("tells what the schema finds wrong", async () => {
    const { issues } = await lazySchema(async () => schema)["~standard"].validate({ level: "high", other: 1 });
    expect(issues?.map(({ path }) => path)).toEqual([["level"], []]);
  });

  it("passes on that the schema does not load", async () => {
    const lazy = lazySchema(() => Promise.reject(new Error("no such module")));
    await expect(lazy["~standard"].validate({})).rejects.toThrow("no such module");
  });
});
