import { expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import { explainDifference } from "./explain-difference.ts";
import { MAX_IDENTITY_BYTES, publishedIdentity } from "./published-identity.ts";

const documentOf = async (parameters: object) => {
  const spec = new ImageSpec({ name: "app", baseImage: "base:1", ...parameters });
  return identify(await resolveSpec(spec, { env: {} })).document;
};

it("tells what an image shows anyway, and of everything else a digest", async () => {
  const document = await documentOf({
    packages: ["numpy==2.1.0"],
    env: { MODE: "a" },
    commands: ["true"],
    pipIndex: "https://CANARY.example/simple",
    pipExtraIndexUrl: ["https://CANARY.example/other"],
    pipExtraArgs: "--find-links https://CANARY.example/links",
    builderOptions: { buildArgs: { TOKEN: "CANARY" }, CANARY: undefined },
    builderConfig: { uvImage: "CANARY.example/uv:1" },
  });
  expect(document).toContain("CANARY");
  const published = publishedIdentity(document);
  expect(published).not.toContain("CANARY");
  expect(JSON.parse(published)).toMatchObject({
    imagespec: 1,
    base: { image: "base:1" },
    env: { MODE: "a" },
    commands: ["true"],
    packages: { packages: ["numpy==2.1.0"], index: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    builderOptions: { buildArgs: { sha256: expect.any(String) } },
    tools: { uvImage: { sha256: expect.any(String) }, micromambaImage: expect.stringContaining("micromamba") },
  });
  expect(publishedIdentity(document)).toBe(published);
});

it("tells nothing of a key that it does not know", () => {
  const published = publishedIdentity(JSON.stringify({ imagespec: 1, later: "CANARY", packages: { later: "CANARY" } }));
  expect(published).not.toContain("CANARY");
});

it("stays within its size whatever the number of files, and then tells whether they are the same", () => {
  const file = (index: number) => [`source/${"folder/".repeat(10)}${index}.py`, "file", "0644", "0".repeat(64)];
  const documentWith = (files: unknown[]) => JSON.stringify({ imagespec: 1, recipe: 1, id: "a", files });
  const many = Array.from({ length: 40_000 }, (_, index) => file(index));
  const published = publishedIdentity(documentWith(many));
  expect(published.length).toBeLessThan(1000);
  expect(documentWith(many).length).toBeGreaterThan(MAX_IDENTITY_BYTES);
  expect(JSON.parse(published).files).toEqual({ sha256: expect.any(String), items: 40_000 });
  expect(explainDifference(published, publishedIdentity(documentWith(many)))).toEqual([]);
  expect(explainDifference(published, publishedIdentity(documentWith([...many, file(40_000)])))).toMatchObject([
    { of: "file", name: "", kind: "changed", before: { items: 40_000 }, after: { items: 40_001 } },
  ]);
  expect(explainDifference(published, publishedIdentity(documentWith([file(1)])))).toMatchObject([
    { of: "file", name: "", kind: "changed", before: { items: 40_000 }, after: { items: 1 } },
  ]);
});
