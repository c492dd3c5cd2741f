import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { containerReport, type PackageIndex, startPackageIndex, type WheelOptions } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command } from "../../scripts/services/command.ts";
import { ensurePoetry } from "../../scripts/services/poetry.ts";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { POETRY_PROJECT, UV_PROJECT } from "./locked-projects.ts";

const PACKAGES: WheelOptions[] = [
  { name: "main-one", version: "1.0", requires: ["main-two"] },
  { name: "main-two", version: "1.0" },
  { name: "main-two", version: "2.0" },
  { name: "dev-only", version: "1.0" },
];

/** Requirements that are the lock of a project. */
export function describeLocks({ builds, services }: BuilderUnderTest): void {
  let index: PackageIndex;
  beforeAll(async () => {
    index = await startPackageIndex({ packages: PACKAGES });
  });
  afterAll(() => index.close());

  async function uv(folder: string, ...args: string[]): Promise<void> {
    await promisify(execFile)(join(services.tools, "uv"), args, { cwd: folder });
  }

  async function installed(image: string) {
    const { distributions } = await containerReport(builds.docker, image);
    return distributions.map(({ name, version }) => `${name}==${version}`).sort();
  }

  describe("lock files as requirements", () => {
    test("uv.lock: what it pins, without the project and its dev group", {
      meta: { shows: ["requirements"] },
    }, async () => {
      await using folder = await temporaryFolder({ "pyproject.toml": UV_PROJECT(index.url) });
      await uv(folder.path, "lock", "--no-python-downloads");
      const { image } = await builds.pulled(builds.spec("uv-lock", { requirements: "uv.lock" }, folder.path));
      expect(await installed(image)).toEqual(["main-one==1.0", "main-two==1.0"]);
    });

    test("uvProject: groups and extras, and nothing else", { meta: { shows: ["uvProject"] } }, async () => {
      const more = '[project.optional-dependencies]\nfast = ["main-two<2"]\n';
      const project = UV_PROJECT(index.url).replace(', "main-two<2"]', "]").replace("\n[dep", `\n${more}\n[dep`);
      await using folder = await temporaryFolder({ "pyproject.toml": project });
      await uv(folder.path, "lock", "--no-python-downloads");
      const uvProject = { groups: ["dev"], extras: ["fast"] };
      const { image } = await builds.pulled(
        builds.spec("uv-project", { requirements: "pyproject.toml", uvProject }, folder.path),
      );
      expect(await installed(image)).toEqual(["dev-only==1.0", "main-one==1.0", "main-two==1.0"]);
    });

    test("poetry.lock: what it pins, without the dev group", async () => {
      await using folder = await temporaryFolder({ "pyproject.toml": POETRY_PROJECT(index.url) });
      await command(await ensurePoetry(), ["lock"], { cwd: folder.path });
      const { image } = await builds.pulled(builds.spec("poetry-lock", { requirements: "poetry.lock" }, folder.path));
      expect(await installed(image)).toEqual(["main-one==1.0", "main-two==1.0"]);
    });

    test("uv.lock: a stale lock is refused before anything is built", async () => {
      await using folder = await temporaryFolder({ "pyproject.toml": UV_PROJECT(index.url) });
      await uv(folder.path, "lock", "--no-python-downloads");
      await using stale = await temporaryFolder({
        "pyproject.toml": UV_PROJECT(index.url).replace('"main-one", ', '"main-one", "dev-only", '),
      });
      await promisify(execFile)("cp", [join(folder.path, "uv.lock"), stale.path]);
      const failure = await builds
        .build(builds.spec("stale", { requirements: "uv.lock" }, stale.path))
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(SPEC|INPUT_FILE)$/) });
      expect(JSON.stringify([(failure as Error).message, (failure as { faults?: unknown }).faults])).toContain(
        "uv.lock",
      );
    });
  });
}
