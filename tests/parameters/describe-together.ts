import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ContainerReport, containerReport, runContainer, startPackageIndex } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startPythonMirror } from "../../scripts/services/python-mirror.ts";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Many parameters in few images, for a builder that takes long over each. */
export function describeTogether({ builds, services }: BuilderUnderTest): void {
  describe("many parameters in one image", () => {
    const stack = new AsyncDisposableStack();
    let image = "";
    let tag = "";
    let plainTag = "";
    let report: ContainerReport;
    beforeAll(async () => {
      const index = stack.adopt(
        await startPackageIndex({
          packages: [
            { name: "main-one", version: "1.0", requires: ["main-two"] },
            { name: "main-two", version: "1.0" },
            { name: "main-two", version: "2.0" },
            { name: "main-three", version: "2.0rc1" },
          ],
        }),
        (one) => one.close(),
      );
      const extra = await startPackageIndex({ packages: [{ name: "only-here", version: "3.0" }] });
      stack.defer(() => extra.close());
      const mirror = await startPythonMirror();
      stack.defer(() => mirror.close());
      const before = process.env.UV_PYTHON_DOWNLOADS_JSON_URL;
      stack.defer(() => void vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", before));
      vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", mirror.downloadsJsonUrl);
      const folder = stack.use(
        await temporaryFolder({
          "requirements.txt": "-r parts/more.txt\n-c limits.txt\n",
          "parts/more.txt": "main-one\n",
          "limits.txt": "main-two<2\n",
        }),
      );
      const parameters = {
        baseImage: services.images.debian,
        aptPackages: ["tree"],
        pythonVersion: mirror.version,
        requirements: "requirements.txt",
        packages: ["main-three", "only-here"],
        pipIndex: index.url,
        pipExtraIndexUrl: [extra.url],
        pipExtraArgs: "--prerelease allow",
      };
      plainTag = await builds.spec("together", parameters, folder.path).tag();
      const more = { tagFormat: "v1-{spec_hash}", runtimePackages: ["ipdb"] };
      const built = await builds.pulled(builds.spec("together", { ...parameters, ...more }, folder.path));
      image = built.image;
      tag = built.outcome.tag ?? "";
      report = await containerReport(builds.docker, image, ["/opt/venv/pyvenv.cfg"]);
    });
    afterAll(() => stack.disposeAsync());

    test("requirements, packages, pipIndex, pipExtraIndexUrl and pipExtraArgs together", {
      meta: { shows: ["requirements", "pipIndex", "pipExtraIndexUrl", "pipExtraArgs"] },
    }, () => {
      const installed = report.distributions.map(({ name, version }) => `${name}==${version}`);
      expect(installed.sort()).toEqual(["main-one==1.0", "main-three==2.0rc1", "main-two==1.0", "only-here==3.0"]);
    });

    test("pythonVersion: uv installs a version that the base lacks into /opt/python, beside other parameters", {
      meta: { shows: ["pythonVersion"] },
    }, () => {
      expect(report.python.prefix).toBe("/opt/venv");
      expect(report.files["/opt/venv/pyvenv.cfg"]?.content).toMatch(/home = \/opt\/python\//);
    });

    test("aptPackages: their programs run", { meta: { shows: ["aptPackages"] } }, async () => {
      expect((await runContainer(builds.docker, image, { entrypoint: ["tree"], cmd: ["--version"] })).exitCode).toBe(0);
    });

    test("tagFormat and runtimePackages: neither is content", {
      meta: { shows: ["tagFormat", "runtimePackages"] },
    }, () => {
      expect(tag).toBe(`v1-${plainTag}`);
    });
  });

  test("uvProject over pythonExec: what the lock pins for a group, in a venv of that interpreter", {
    meta: { shows: ["requirements", "uvProject", "pythonExec"] },
  }, async () => {
    const packages = ["main-one", "dev-only"].map((name) => ({ name, version: "1.0" }));
    await using index = await startPackageIndex({ packages });
    await using folder = await temporaryFolder({
      "pyproject.toml": `[project]\nname = "app"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = ["main-one"]\n
[dependency-groups]\nlint = ["dev-only"]\n
[[tool.uv.index]]\nurl = "${index.url}"\ndefault = true\n`,
    });
    await promisify(execFile)(join(services.tools, "uv"), ["lock", "--no-python-downloads"], { cwd: folder.path });
    const parameters = {
      requirements: "uv.lock",
      uvProject: { groups: ["lint"] },
      pythonExec: "/usr/bin/python3",
    };
    const { image } = await builds.pulled(builds.spec("lock-exec", parameters, folder.path));
    const { distributions, files } = await containerReport(builds.docker, image, ["/opt/venv/pyvenv.cfg"]);
    for (const one of packages) expect(distributions).toContainEqual(one);
    expect(files["/opt/venv/pyvenv.cfg"]?.content).toMatch(/include-system-site-packages = true/);
  });
}
