import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { containerReport } from "../../container/container-report.ts";
import { runContainer } from "../../container/run-container.ts";
import { startPackageIndex } from "../../package-index/start-package-index.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";
import { wheelsOf } from "../contract-options.ts";

/** What is installed, and in which version. */
export function installsCases(contract: Contract): NamedCases {
  const { build, packages, options } = contract;

  const versions = async (image: string) => {
    const { distributions } = await containerReport(build.docker, image);
    return distributions.filter(({ name }) => name === packages.name).map(({ version }) => version);
  };

  const apt: NamedCases = {
    "aptPackages: the program of a Debian package runs": showing(["aptPackages"], async () => {
      const { image } = await build.pulled(build.spec("apt", { aptPackages: ["tree"] }));
      const ran = await runContainer(build.docker, image, { entrypoint: ["/bin/sh"], cmd: ["-c", "tree --version"] });
      expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^tree v/) });
    }),
  };
  const locks: NamedCases = {
    "locks: uv.lock names an older version than the index's newest, and gets it": showing(
      ["requirements"],
      async () => {
        const index = await startPackageIndex({ packages: wheelsOf(packages) });
        contract.onClose(index.close);
        const wheel = index.distributions.find(({ version }) => version === packages.older);
        if (wheel === undefined) throw new Error("the index lacks the older version");
        const folder = join(contract.folder(), "older");
        await mkdir(folder);
        const files = lockOf(index.url, wheel);
        for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
        const spec = build.spec("locked", { requirements: "older/uv.lock" }, contract.folder());
        expect(await versions((await build.pulled(spec)).image)).toEqual([packages.older]);
      },
    ),
  };
  const force: NamedCases = {
    "force: a forced build installs the version that was published since": async () => {
      const index = await startPackageIndex({ packages: [{ name: packages.name, version: packages.older }] });
      contract.onClose(index.close);
      const spec = build.spec("forced", { packages: [packages.name], pipIndex: index.url });
      expect(await versions((await build.pulled(spec)).image)).toEqual([packages.older]);
      index.publish({ name: packages.name, version: packages.newer });
      const again = await build.pulled(spec, { force: true });
      expect(again.outcome.status).toBe("built");
      expect(await versions(again.image)).toEqual([packages.newer]);
    },
  };
  return {
    ...(!contract.refuses("aptPackages") && apt),
    // Both need an index whose content the test decides.
    ...(options.loopback && !contract.refuses("requirements") && locks),
    ...(options.loopback && force),
  };
}

/** A project with one dependency, and what `uv lock` writes for it when the index has this wheel alone. */
function lockOf(index: string, wheel: { name: string; version: string; filename: string; sha256: string }) {
  const requires = 'requires-python = ">=3.11"\n';
  const url = new URL(`/files/${wheel.filename}`, index);
  return {
    "pyproject.toml": `[project]\nname = "app"\nversion = "0.1"\n${requires}dependencies = ["${wheel.name}"]

[[tool.uv.index]]
url = "${index}"
default = true
`,
    "uv.lock": `version = 1
revision = 3
${requires}
[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "${wheel.name}" },
]

[package.metadata]
requires-dist = [{ name = "${wheel.name}" }]

[[package]]
name = "${wheel.name}"
version = "${wheel.version}"
source = { registry = "${index}" }
wheels = [
    { url = "${url}", hash = "sha256:${wheel.sha256}" },
]
`,
  };
}
