import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { imageSpecJsonSchema } from "./json-schema.ts";
import { parameterNames } from "./parameters.ts";

const published = fileURLToPath(new URL("../../schema/imagespec.schema.json", import.meta.url));

describe("imageSpecJsonSchema", () => {
  it("is what the package publishes (vitest -u writes it)", async () => {
    await expect(`${JSON.stringify(imageSpecJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(published);
  });

  it("knows every parameter under both its names, and describes it", () => {
    const { properties } = JSON.parse(readFileSync(published, "utf8")) as { properties: Record<string, object> };
    for (const name of parameterNames()) expect(properties).toHaveProperty([name, "description"]);
    expect(properties).toHaveProperty(["pip_extra_index_url"], { $ref: "#/properties/pipExtraIndexUrl" });
    expect(Object.keys(properties)).toHaveLength(
      parameterNames().length + parameterNames().filter((name) => /[A-Z]/.test(name)).length + 1,
    );
  });
});
