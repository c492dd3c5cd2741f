import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type PackageIndex, startPackageIndex } from "../package-index/start-package-index.ts";
import type { Contract } from "./contract.ts";
import { ContractBuild } from "./contract-build.ts";
import { AWKWARD, type ContractFolder, contractFolder } from "./contract-folder.ts";
import {
  type ContractOptions,
  LOOPBACK_PACKAGES,
  type MakeBuilder,
  PUBLIC_PACKAGES,
  wheelsOf,
} from "./contract-options.ts";
import { describeBases } from "./describe-bases.ts";
import { describeChildren } from "./describe-children.ts";
import { describeCommands } from "./describe-commands.ts";
import { describeImage } from "./describe-image.ts";
import { describeRefusals } from "./describe-refusals.ts";
import { describeSecrets } from "./describe-secrets.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Type of the builder under test. */
    builder?: string;
    /** Parameters of a spec that the test builds with and then finds in the image. */
    shows?: readonly string[];
  }
}

/**
 * The contract every builder keeps, as a vitest suite: builds images with the real builder into a real registry, starts
 * them, and checks the runtime contract of imagespec from inside. Call it at the top level of a test file.
 */
export function describeBuilder(name: string, makeBuilder: MakeBuilder, options: ContractOptions): void {
  describe(`the builder contract: ${name}`, async () => {
    const { builderType } = makeBuilder();
    const build = await ContractBuild.create(makeBuilder, options);
    const packages = options.loopback ? LOOPBACK_PACKAGES : PUBLIC_PACKAGES;
    let folder: ContractFolder | undefined;
    let index: PackageIndex | undefined;
    beforeEach(({ task }) => {
      task.meta.builder ??= builderType;
    });
    beforeAll(async () => {
      vi.stubEnv("DOCKER_HOST", options.services.dockerHost);
      for (const [name, value] of Object.entries(options.env ?? {})) vi.stubEnv(name, value);
      folder = await contractFolder();
      if (options.loopback) index = await startPackageIndex({ packages: wheelsOf(packages) });
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await Promise.all([folder?.[Symbol.asyncDispose](), index?.close()]);
    });
    const path = () => {
      if (folder === undefined) throw new Error("the contract's folder is made before its first test");
      return folder.path;
    };
    const contract: Contract = {
      options,
      build,
      packages,
      refuses: (parameter) => options.refuses?.includes(parameter) ?? false,
      pip: () => (index === undefined ? {} : { pipIndex: index.url }),
      folder: path,
      parent: () =>
        build.spec(
          "parent",
          {
            builder: builderType,
            packages: [`${packages.name}==${packages.older}`],
            ...contract.pip(),
            env: { ...AWKWARD, PATH: "/spec/bin:/spec/more", PYTHONPATH: "/spec/lib" },
            sourceRoot: "app",
            sourceCopyMode: "all",
            copy: ["conf/settings.json", "data"],
          },
          path(),
        ),
    };

    test("names itself", () => {
      expect(builderType).toMatch(/^[a-z][a-z0-9-]*$/);
    });
    describeImage(contract);
    describeChildren(contract);
    describeBases(contract);
    describeCommands(contract);
    describeSecrets(contract);
    describeRefusals(contract);
  });
}
