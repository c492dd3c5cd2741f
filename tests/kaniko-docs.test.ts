import { readFileSync } from "node:fs";
import { kanikoOptions } from "@imagespec/builder-kaniko";
import { ImageSpec } from "@imagespec/core";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const page = (name: string) => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8");
const PAGES = ["builders/kaniko.md", "builders/kaniko-kubernetes.md", "recipes/kubernetes-jobs.md"];

describe("what the pages on kaniko say", () => {
  it.each(PAGES)("the specs of %s can be built with", (name) => {
    const specs = [...page(name).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => parse(text));
    expect(specs.length).toBeGreaterThan(0);
    for (const given of specs) {
      const spec = ImageSpec.parse(given, { root: "/" });
      expect(spec.builder).toBe("kaniko");
      expect(kanikoOptions.parse(spec.builderOptions).mode).toBe(given.builder_options.mode);
    }
  });

  it("every option is on its page", () => {
    const { kubernetes, ...others } = kanikoOptions.parse({
      network: "n",
      memory: 1,
      cacheRepo: "r.example/c",
      cacheTtl: 1,
      compression: "gzip",
      kubernetes: { namespace: "n", context: "c", kubeconfig: "k", serviceAccount: "s", contextRepository: "r" },
    });
    const named = (name: string, option: string) => new RegExp(`\`[^\`]*\\b${option}\\b`).test(page(name));
    expect(Object.keys(others).filter((option) => !named("builders/kaniko.md", option))).toEqual([]);
    expect(Object.keys(kubernetes).filter((option) => !named("builders/kaniko-kubernetes.md", option))).toEqual([]);
  });
});
