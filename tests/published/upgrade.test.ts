import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { emptyProject, type Project } from "./support/project.ts";
import { publishAgain } from "./support/publish.ts";

const CORE = "@imagespec/core";
const BUILDER = "@imagespec/builder-uv-micromamba";
const { url } = inject("npm");
const FIND = `
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
const { diagnostics: [{ subject, message }] } = await new ImageBuildEngine().findBuilders();
const spec = new ImageSpec({ name: "app", builder: "uv-micromamba" });
const code = await ImageBuildEngine.build(spec).catch((error) => error.code);
console.log(JSON.stringify({ code, subject, message }));
`;

async function installed(manager: "npm" | "pnpm"): Promise<Project> {
  const project = await emptyProject(manager);
  const added = await project.add(`${CORE}@1.0.0`, "@imagespec/cli@1.0.0", `${BUILDER}@1.0.0`);
  expect(added, added.stdout + added.stderr).toMatchObject({ code: 0 });
  await project.write("imagespec.yaml", "name: upgraded\npackages: [six==1.17.0]\nplatform: linux/amd64\n");
  return project;
}

const tagOf = async (project: Project) => (await project.run("imagespec", "tag")).stdout;

describe("an installed project", () => {
  test("upgrades one builder alone", async () => {
    await using project = await installed("npm");
    const before = await tagOf(project);
    await publishAgain(join(project.path, "node_modules", BUILDER), url, (manifest) => ({
      ...manifest,
      version: "1.0.1",
    }));
    const upgraded = await project.add(`${BUILDER}@1.0.1`);
    expect(upgraded, upgraded.stderr).toMatchObject({ code: 0 });
    const builders = await project.run("imagespec", "builders");
    expect(builders.stdout).toContain(`${BUILDER} 1.0.1`);
    expect((await project.run("imagespec", "--version")).stdout).toContain("1.0.0");
    expect(await tagOf(project)).toBe(before);
  });

  test("refuses a core that its builders were not made for, and keeps working", async () => {
    await using strict = await installed("pnpm");
    const before = await tagOf(strict);
    expect(before).toMatch(/^[a-z2-7]{26}\n$/);
    const core = join(strict.path, "node_modules", CORE);
    await publishAgain(core, url, (manifest) => ({ ...manifest, version: "2.0.0" }));
    const refused = await strict.add(`${CORE}@2.0.0`);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/peer/i);
    expect(await tagOf(strict)).toBe(before);

    // npm warns and installs it all the same: then core refuses the builder.
    await using project = await installed("npm");
    await project.add(`${CORE}@2.0.0`);
    await project.write("find.mjs", FIND);
    const found = await project.run("node", "find.mjs");
    expect(found, found.stderr).toMatchObject({ code: 0 });
    const message = `was made for @imagespec/core ^1; this is 2.0.0`;
    expect(JSON.parse(found.stdout)).toEqual({ code: "E_BUILDER_LOAD", subject: BUILDER, message });
    expect(await tagOf(project)).toBe(before);
  });
});
