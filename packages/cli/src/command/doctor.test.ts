import { chmod } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

/** A docker with a plug-in of this version and a builder whose daemon has the other; no engine answers. */
async function dockerWith({ buildx, buildkit, driver = "remote" }: Record<string, string>) {
  const script = `#!/bin/sh
case "$*" in
--version) echo "Docker version 28.5.0, build abc" ;;
"buildx version") echo "github.com/docker/buildx ${buildx} abc" ;;
"buildx inspect"*) printf 'Name: own\\nDriver: ${driver}\\n\\nNodes:\\nName: own0\\nStatus: running\\nBuildKit version: ${buildkit}\\n' ;;
*) exit 1 ;;
esac
`;
  await chmod(await cli.write("bin/docker", script), 0o755);
  return { PATH: [join(cli.path, "bin"), process.env.PATH].join(delimiter), DOCKER_HOST: "tcp://127.0.0.1:1" };
}

it("tells of tools whose version is known to be at fault", async () => {
  const env = await dockerWith({ buildx: "v0.20.0", buildkit: "v0.18.0" });
  const { stdout } = await cli.run(["doctor"], { env });
  expect(stdout).toContain(
    "buildkit 0.18.0 has a known fault: it may answer from its cache although --force asks for a new build\n" +
      "  hint: Upgrade BuildKit to 0.18.1 or newer.\n",
  );
  expect(stdout).toContain("  see: https://nvd.nist.gov/vuln/detail/CVE-2025-0495\n");
});

it("says nothing of sound versions, nor of BuildKit where the engine itself builds", async () => {
  const env = await dockerWith({ buildx: "v0.29.1", buildkit: "v0.18.0", driver: "docker" });
  const { stdout } = await cli.run(["doctor"], { env });
  expect(stdout).toMatch(/^buildx 0\.29\.1$/m);
  expect(stdout).not.toMatch(/known fault|^buildkit/m);
});

it("lets the machine alone be at fault without a file, of builders that only push as of others", async () => {
  await cli.write(
    "imagespec.config.mjs",
    `class Pushes {
      [Symbol.for("imagespec.builder")] = 1;
      builderType = "pushes";
      supports({ target }) {
        return target.push ? [] : [{ parameter: "registry", reason: "this builder needs one to push to" }];
      }
      probe = async () => ({ usable: true, detail: "pushes 1.0" });
      buildImage() {}
    }
    export default { plugins: [new Pushes()] };`,
  );
  const { stdout } = await cli.run(["doctor", "--builder", "pushes", "--json"]);
  expect(JSON.parse(stdout).builders).toMatchObject([{ status: "usable", reason: "pushes 1.0" }]);
  await cli.write("imagespec.json", { name: "app" });
  const refused = await cli.run(["doctor", "imagespec.json", "--builder", "pushes", "--json"]);
  expect(JSON.parse(refused.stdout).builders).toMatchObject([
    { status: "unsupported", reason: "registry: this builder needs one to push to" },
  ]);
  const { code, stderr } = await cli.run(["doctor", "--builder", "pushs"]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/E_BUILDER_UNKNOWN.*"pushs".*\nhint: Write 'pushes'/)]);
});

it("judges the uv that the spec names in place of the machine's", async () => {
  await cli.write("imagespec.json", {
    name: "app",
    builder_config: { uv_image: "ghcr.io/astral-sh/uv:0.10.5-debian" },
  });
  const env = await dockerWith({ buildx: "v0.29.1", buildkit: "v0.25.0" });
  const { stdout } = await cli.run(["doctor", "imagespec.json", "--json"], { env });
  const [reason, hint, source] = [
    expect.stringContaining("permissions"),
    "Use uv 0.10.6 or newer.",
    expect.any(String),
  ];
  expect(JSON.parse(stdout).machine.tools).toEqual([
    { tool: "buildx", version: "v0.29.1", faults: [] },
    { tool: "buildkit", version: "v0.25.0", faults: [] },
    { tool: "uv", version: "0.10.5", faults: [{ reason, hint, source }] },
  ]);
});
