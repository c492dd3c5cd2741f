import { containerReport, runContainer } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type PythonMirror, startPythonMirror } from "../../scripts/services/python-mirror.ts";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";

/** Which Python the environment is made of. */
export function describePython({ builds, services, refuses }: BuilderUnderTest): void {
  describe("pythonExec", () => {
    test("pythonExec: a venv over that interpreter, with its site packages", {
      meta: { shows: ["pythonExec"] },
    }, async () => {
      const runs = !refuses.includes("commands");
      const base = builds.spec("exec-base", {
        commands: [
          "mkdir -p /usr/lib/python3/dist-packages",
          "echo 'X = 1' > /usr/lib/python3/dist-packages/of_system.py",
        ],
      });
      const spec = builds.spec("exec", {
        ...(runs ? { baseImage: base } : {}),
        pythonExec: "/usr/bin/python3",
        packages: ["iniconfig==2.0.0"],
      });
      const { image } = await builds.pulled(spec);
      const report = await containerReport(builds.docker, image, ["/opt/venv/pyvenv.cfg"]);
      expect(report.python.prefix).toBe("/opt/venv");
      expect(report.files["/opt/venv/pyvenv.cfg"]?.content).toMatch(/include-system-site-packages = true/);
      expect(report.files["/opt/venv/pyvenv.cfg"]?.content).toMatch(/home = \/usr\/bin/);
      const ran = await runContainer(builds.docker, image, {
        entrypoint: ["python"],
        cmd: ["-c", runs ? "import of_system, iniconfig; print(of_system.X)" : "import iniconfig; print(1)"],
      });
      expect(ran).toEqual({ exitCode: 0, stdout: "1\n", stderr: "" });
    });

    test("pythonExec: an interpreter that the base lacks fails, and is named", async () => {
      const spec = builds.spec("exec-missing", { pythonExec: "/usr/bin/python9", packages: ["iniconfig==2.0.0"] });
      const failure = await builds.build(spec).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(NO_PYTHON|BUILD)$/) });
      expect((failure as Error).message).toContain("/usr/bin/python9");
    });
  });

  describe("pythonVersion", () => {
    let mirror: PythonMirror;
    const before = process.env.UV_PYTHON_DOWNLOADS_JSON_URL;
    beforeAll(async () => {
      mirror = await startPythonMirror();
      vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", mirror.downloadsJsonUrl);
    });
    afterAll(() => {
      vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", before);
      return mirror.close();
    });

    test("pythonVersion: uv installs a version that the base lacks into /opt/python", {
      meta: { shows: ["pythonVersion"] },
    }, async () => {
      const parameters = {
        baseImage: services.images.debian,
        pythonVersion: mirror.version,
        packages: ["iniconfig==2.0.0"],
      };
      const { image } = await builds.pulled(builds.spec("managed", parameters));
      const report = await containerReport(builds.docker, image, ["/opt/venv/pyvenv.cfg"]);
      expect(report.python).toMatchObject({ prefix: "/opt/venv", version: mirror.version });
      expect(report.files["/opt/venv/pyvenv.cfg"]?.content).toMatch(/home = \/opt\/python\//);
      expect(report.distributions).toEqual([{ name: "iniconfig", version: "2.0.0" }]);
    });

    test("pythonVersion: the base's own, where it has that version", async () => {
      const { image } = await builds.pulled(
        builds.spec("same", { pythonVersion: "3.11", packages: ["iniconfig==2.0.0"] }),
      );
      const report = await containerReport(builds.docker, image, ["/opt"]);
      expect(report.python.version).toMatch(/^3\.11\./);
      expect(Object.keys(report.files).filter((path) => path.startsWith("/opt/python"))).toEqual([]);
    });

    test("pythonVersion: unset, and a base without Python: E_NO_PYTHON, which says what to set", async () => {
      const spec = builds.spec("no-python", { baseImage: services.images.debian, packages: ["iniconfig==2.0.0"] });
      const failure = await builds.build(spec).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "E_NO_PYTHON", hint: expect.stringContaining("pythonVersion") });
    });
  });
}
