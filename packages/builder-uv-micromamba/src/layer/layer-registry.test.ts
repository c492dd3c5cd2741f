import type { Descriptor, RegistryRepository } from "@imagespec/registry";
import { expect, it } from "vitest";
import { LayerRegistry } from "./layer-registry.ts";

it("asks once for each layer, and knows from then on which are there", async () => {
  const asked: string[] = [];
  const repository = {
    hasBlob: async ({ digest }: Descriptor) => {
      asked.push(digest);
      return digest === "sha256:there";
    },
  } as unknown as RegistryRepository;
  const registry = new LayerRegistry(repository, new AbortController().signal);
  const there = { digest: "sha256:there", size: 1 };
  const missing = { digest: "sha256:missing", size: 1 };
  expect(registry.holds(there)).toBe(false);
  expect(await Promise.all([there, there, missing].map((layer) => registry.has(layer)))).toEqual([true, true, false]);
  expect([there, missing].map((layer) => registry.holds(layer))).toEqual([true, false]);
  expect(asked).toEqual([there.digest, missing.digest]);
});
