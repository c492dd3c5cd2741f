import { runtimeCommand } from "@imagespec/core";
import {
  containerReport,
  type PackageIndex,
  runContainer,
  startPackageIndex,
  type WheelOptions,
} from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const MAIN: WheelOptions[] = [
  { name: "main-one", version: "1.0", requires: ["main-two"], scripts: { "main-one": "main_one:main" } },
  { name: "main-two", version: "1.0" },
  { name: "main-two", version: "2.0" },
  { name: "main-three", version: "1.0" },
  { name: "main-three", version: "2.0rc1" },
];

/** What is installed with pip names and indexes, now or when the container starts. */
export function describePackages({ builds }: BuilderUnderTest): void {
  let main: PackageIndex;
  let extra: PackageIndex;
  beforeAll(async () => {
    main = await startPackageIndex({ packages: MAIN });
    extra = await startPackageIndex({ packages: [{ name: "only-here", version: "3.0" }] });
  });
  afterAll(() => Promise.all([main.close(), extra.close()]));

  async function installed(image: string) {
    const { distributions } = await containerReport(builds.docker, image);
    return distributions.map(({ name, version }) => `${name}==${version}`).sort();
  }

  describe("packages", () => {
    test("packages: from the default index", async () => {
      const { image } = await builds.pulled(builds.spec("public", { packages: ["iniconfig==2.0.0"] }));
      expect(await installed(image)).toEqual(["iniconfig==2.0.0"]);
    });

    test("requirements: -r and -c files, beside packages, in one resolution; scripts run", {
      meta: { shows: ["requirements"] },
    }, async () => {
      await using folder = await temporaryFolder({
        "requirements.txt": "# the roots\n-r parts/more.txt\n-c limits.txt\n",
        "parts/more.txt": "main-one >= 1\n",
        "limits.txt": "main-two<2\n",
      });
      const parameters = { requirements: "requirements.txt", packages: ["main-three"], pipIndex: main.url };
      const { image } = await builds.pulled(builds.spec("requirements", parameters, folder.path));
      expect(await installed(image)).toEqual(["main-one==1.0", "main-three==1.0", "main-two==1.0"]);
      const ran = await runContainer(builds.docker, image, { entrypoint: ["main-one"], cmd: [] });
      expect(ran).toEqual({ exitCode: 0, stdout: "main-one 1.0\n", stderr: "" });
    });

    test("pipIndex and pipExtraIndexUrl: a package that the extra index alone holds", {
      meta: { shows: ["pipIndex", "pipExtraIndexUrl"] },
    }, async () => {
      const parameters = { packages: ["only-here", "main-two"], pipIndex: main.url, pipExtraIndexUrl: [extra.url] };
      const { image } = await builds.pulled(builds.spec("extra-index", parameters));
      expect(await installed(image)).toEqual(["main-two==2.0", "only-here==3.0"]);
    });

    test("pipExtraArgs: reach the installer", { meta: { shows: ["pipExtraArgs"] } }, async () => {
      const parameters = {
        packages: ["main-one", "main-three"],
        pipIndex: main.url,
        pipExtraArgs: "--no-deps --prerelease allow",
      };
      const { image } = await builds.pulled(builds.spec("extra-arguments", parameters));
      expect(await installed(image)).toEqual(["main-one==1.0", "main-three==2.0rc1"]);
    });

    test("packages: a package that no index has is E_BUILD or E_RESOLVE with the installer's message", async () => {
      const spec = builds.spec("missing", { packages: ["nowhere-to-be-found"], pipIndex: main.url });
      const failure = await builds.build(spec).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(BUILD|RESOLVE)$/) });
      expect((failure as Error).message).toContain("nowhere-to-be-found");
    });
  });

  describe("runtimePackages", () => {
    test("runtimePackages: installed when the container starts, not in the image nor in the tag", {
      meta: { shows: ["runtimePackages"] },
    }, async () => {
      const plain = builds.spec("runtime", { packages: ["pip"] });
      const spec = plain.withRuntimePackages(["only-here"]);
      expect(await spec.tag()).toBe(await plain.tag());
      const { image } = await builds.pulled(spec);
      expect((await installed(image)).map((one) => one.split("==")[0])).toEqual(["pip"]);
      const argv = ["python", "-c", "import sys, only_here; print(only_here.VERSION, sys.argv[1:])", "an argument"];
      const [program = "", ...rest] = runtimeCommand(spec, argv);
      const ran = await runContainer(builds.docker, image, {
        entrypoint: [program],
        cmd: rest,
        network: "host",
        env: { PIP_INDEX_URL: extra.url },
      });
      expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/3\.0 \['an argument'\]\n$/) });
    });

    test("runtimePackages: without pip and uv the container ends with 127 and says what to add", async () => {
      const spec = builds.spec("runtime-without-pip", {
        packages: ["main-two"],
        pipIndex: main.url,
        runtimePackages: ["x"],
      });
      const { image } = await builds.pulled(spec);
      const [program = "", ...rest] = runtimeCommand(spec, ["true"]);
      const ran = await runContainer(builds.docker, image, { entrypoint: [program], cmd: rest });
      expect(ran).toMatchObject({ exitCode: 127, stderr: expect.stringContaining("pip") });
    });
  });
}
