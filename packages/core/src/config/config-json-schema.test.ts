import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "./config-json-schema.ts";
import { configSchema } from "./config-schema.ts";

const published = fileURLToPath(new URL("../../schema/imagespec.config.schema.json", import.meta.url));

describe("configJsonSchema", () => {
  it("is what the package publishes (vitest -u writes it)", async () => {
    await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(published);
  });

  it("describes every setting, and takes no other", () => {
    const { properties, additionalProperties } = configJsonSchema() as {
      properties: Record<string, { description?: string }>;
      additionalProperties: boolean;
    };
    expect(Object.keys(properties)).toEqual(Object.keys(configSchema().shape));
    for (const { description } of Object.values(properties)) expect(description).toMatch(/\.$/);
    expect(additionalProperties).toBe(false);
    expect(properties.plugins).toMatchObject({ items: { type: "string" } });
  });
});
