import type { ImageSpecParameters } from "@imagespec/core";
import { describe, expect, test } from "vitest";
import type { Contract } from "./contract.ts";
import { manifestHead } from "./manifest-head.ts";

const EXAMPLES: Record<string, ImageSpecParameters> = {
  aptPackages: { aptPackages: ["tree"] },
  commands: { commands: ["true"] },
  pipSecretMounts: { packages: ["six"], pipSecretMounts: [["conf/settings.json", "/run/x"]] },
  entrypoint: { entrypoint: ["true"] },
  sourceRoot: { sourceRoot: "app" },
};

/** What a builder cannot do it says before it begins, by name; and what it is asked to stop, it stops. */
export function describeRefusals(contract: Contract): void {
  const { build, options } = contract;

  describe("what it does not do", () => {
    test.each([...(options.refuses ?? [])])("it refuses %s, naming it", async (parameter) => {
      const spec = build.spec("refused", EXAMPLES[parameter] ?? {}, contract.folder());
      const failure = await build.build(spec).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(UNSUPPORTED|NO_BUILDER)$/) });
      expect((failure as Error).message).toContain(parameter);
    });

    test("a cancelled build ends with E_ABORTED within 5 seconds and leaves no tag", async () => {
      const spec = build.spec("cancelled", { env: { ONCE: String(Date.now()) } });
      const abort = new AbortController();
      const building = build.build(spec, { signal: abort.signal }).catch((error: unknown) => error);
      abort.abort();
      const start = performance.now();
      expect(await building).toMatchObject({ code: "E_ABORTED" });
      expect(performance.now() - start).toBeLessThan(5_000);
      expect((await manifestHead(await spec.imageName())).status).toBe(404);
    });
  });
}
