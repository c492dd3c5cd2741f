import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, inject, test } from "vitest";
import { ensurePackages } from "../../scripts/services/apt.ts";
import { emptyProject } from "./support/project.ts";
import { publishAgain } from "./support/publish.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/buildah-builder", import.meta.url));
const NAME = "imagespec-builder-buildah";
const { registry, images } = inject("services");
const run = randomUUID().slice(0, 8);

const spec = (command: string) => `name: published/${run}/buildah
registry: ${registry}
base_image: ${images.python}
env: { GREETING: hello }
commands: ["${command}"]
`;

beforeAll(async () => {
  await ensurePackages({ buildah: "buildah" });
  await publishAgain(EXAMPLE, inject("npm").url, ({ private: _, devDependencies: __, ...manifest }) => ({
    ...manifest,
    dependencies: { "@imagespec/dockerfile": "^1.0.0", zod: "^4.0.0" },
    peerDependencies: { "@imagespec/core": "^1" },
  }));
});

test("somebody else's builder, installed from the registry, builds with buildah and says what fails", async () => {
  await using project = await emptyProject("npm");
  const added = await project.add("@imagespec/core@1.0.0", "@imagespec/cli@1.0.0", `${NAME}@1.0.0`);
  expect(added, added.stderr).toMatchObject({ code: 0 });
  await project.write("imagespec.yaml", spec("test $GREETING = hello"));
  expect((await project.run("imagespec", "builders")).stdout).toMatch(
    /^buildah\t3\timagespec-builder-buildah 1\.0\.0\t/,
  );
  const built = await project.run("imagespec", "build");
  expect(built, built.stderr).toMatchObject({ code: 0 });
  const reference = new RegExp(`^${registry}/published/${run}/buildah:[a-z2-7]{26}@sha256:[0-9a-f]{64}\n$`);
  expect(built.stdout).toMatch(reference);
  expect((await project.run("imagespec", "exists")).stdout).toBe("present\n");

  await project.write("imagespec.yaml", spec("false"));
  const failed = await project.run("imagespec", "build");
  expect(failed).toMatchObject({ code: 1, stdout: "" });
  expect(failed.stderr).toMatch(/E_BUILD: The build of .* failed: commands\[0\] ended with exit code 1/);
  // The scripts of the steps are left out of what it prints.
  expect(failed.stderr).not.toContain("imagespec_status");
});
