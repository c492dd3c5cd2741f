import type { BuildOptions, ImageSpecParameters } from "@imagespec/core";
import { expect } from "vitest";
import type { Contract } from "../contract.ts";
import type { NamedCases } from "../contract-case.ts";
import type { Refusable } from "../contract-options.ts";

const EXAMPLES: Record<Refusable, ImageSpecParameters> = {
  aptPackages: { aptPackages: ["tree"] },
  commands: { commands: ["true"] },
  pipSecretMounts: { packages: ["six"], pipSecretMounts: [["conf/settings.json", "/run/x"]] },
  entrypoint: { entrypoint: ["true"] },
  sourceRoot: { sourceRoot: "app" },
  requirements: { requirements: "locked/uv.lock" },
  platform: { platform: "linux/s390x" },
  output: {},
};

/** A builder says before it begins, by the parameter's name, what it cannot do. */
export function refusalsCases(contract: Contract): NamedCases {
  const { build, options } = contract;

  const refused = (options.refuses ?? []).map((parameter) => {
    const run = async () => {
      const spec = build.spec("refused", EXAMPLES[parameter], contract.folder());
      const call: BuildOptions = parameter === "output" ? { output: `oci:${contract.folder()}/refused` } : {};
      const failure = await build.build(spec, call).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(UNSUPPORTED|NO_BUILDER)$/) });
      expect((failure as Error).message).toContain(parameter);
    };
    return [`refusals: it refuses ${parameter}, naming it`, run] as const;
  });
  return Object.fromEntries(refused);
}
