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

  it("tells what the schema finds wrong", async () => {
    const { issues } = await lazySchema(async () => schema)["~standard"].validate({ level: "high", other: 1 });
    expect(issues?.map(({ path }) => path)).toEqual([["level"], []]);
  });

  it("passes on that the schema does not load", async () => {
    const lazy = lazySchema(() => Promise.reject(new Error("no such module")));
    await expect(lazy["~standard"].validate({})).rejects.toThrow("no such module");
  });
});
