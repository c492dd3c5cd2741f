import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { applyReleasePlan } from "@changesets/apply-release-plan";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { missingChangesets } from "../scripts/release/missing-changesets.ts";
import { reasonsOf } from "../scripts/release/reasons.ts";
import { workspacePlan } from "../scripts/release/workspace-plan.ts";

const WORKSPACE = fileURLToPath(new URL("../", import.meta.url));
const CONFIG = await readFile(join(WORKSPACE, ".changeset/config.json"), "utf8");

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "release-"));
  await write("package.json", { name: "workspace", private: true, version: "0.0.0" });
  await write("pnpm-workspace.yaml", "packages:\n  - packages/*\n");
  await write(".changeset/config.json", CONFIG);
  await write("packages/registry/package.json", { name: "registry", version: "1.0.0" });
  await write("packages/core/package.json", {
    name: "core",
    version: "1.0.0",
    dependencies: { registry: "workspace:^" },
  });
  await write("packages/builder/package.json", {
    name: "builder",
    version: "1.0.0",
    dependencies: { registry: "workspace:^" },
    peerDependencies: { core: "workspace:^1" },
    devDependencies: { core: "workspace:^" },
  });
  await write("packages/cli/package.json", { name: "cli", version: "1.0.0", dependencies: { core: "workspace:^" } });
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string | object): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
}

async function released(): Promise<void> {
  for (const name of ["registry", "core", "builder", "cli"])
    await write(`packages/${name}/CHANGELOG.md`, `# ${name}\n`);
}

async function versions(): Promise<Record<string, string | undefined>> {
  const { plan } = await workspacePlan(root);
  return Object.fromEntries(
    plan.releases.filter(({ type }) => type !== "none").map(({ name, newVersion }) => [name, newVersion]),
  );
}

const changeset = (name: string, type: string, text: string) =>
  write(`.changeset/${name}-${type}.md`, `---\n"${name}": ${type}\n---\n\n${text}\n`);

describe("what changesets release", () => {
  it.each([
    ["core", { core: "2.0.0", builder: "2.0.0", cli: "2.0.0" }],
    ["registry", { registry: "2.0.0", core: "2.0.0", builder: "2.0.0", cli: "2.0.0" }],
    ["builder", { builder: "2.0.0" }],
  ])("a major of %s gives a major to all that depend on it, and to no others", async (name, expected) => {
    await released();
    await changeset(name, "major", "It is another now.");
    expect(await versions()).toEqual(expected);
  });

  it.each(["minor", "patch"])("a %s of core leaves its dependents alone: their ranges hold", async (type) => {
    await released();
    await changeset("core", type, "More.");
    expect(Object.keys(await versions())).toEqual(["core"]);
  });

  it.each(["core", "registry", "spec"])(
    "a patch of %s, which the bundled command line holds, is in a new one",
    async (name) => {
      await released();
      await write("packages/spec/package.json", {
        name: "spec",
        version: "1.0.0",
        dependencies: { core: "workspace:^" },
      });
      await write("packages/spec/CHANGELOG.md", "# spec\n");
      await write("packages/cli/bundle.ts", "");
      await write("packages/cli/package.json", {
        name: "cli",
        version: "1.0.0",
        devDependencies: { spec: "workspace:^" },
      });
      await changeset(name, "patch", "Mended.");
      expect(await versions()).toEqual({ [name]: "1.0.1", cli: "1.0.1" });
      const { plan } = await workspacePlan(root);
      const cli = plan.releases.find((release) => release.name === "cli");
      expect(cli && reasonsOf(cli, plan)).toEqual([`Holds the new version of ${name}.`]);
      await changeset("builder", "patch", "Mended.");
      expect(Object.keys(await versions()).sort()).toEqual(["builder", "cli", name].sort());
    },
  );

  it("a patch of a builder, which no bundle holds, leaves the bundled command line alone", async () => {
    await released();
    await write("packages/cli/bundle.ts", "");
    await changeset("builder", "patch", "Mended.");
    expect(await versions()).toEqual({ builder: "1.0.1" });
  });

  it("a major of what is bundled alone is a patch for the command line, and of what is installed a major", async () => {
    await released();
    await write("packages/spec/package.json", { name: "spec", version: "1.0.0" });
    await write("packages/spec/CHANGELOG.md", "# spec\n");
    await write("packages/cli/bundle.ts", "");
    const manifest = { name: "cli", version: "1.0.0", dependencies: { core: "workspace:^" } };
    await write("packages/cli/package.json", { ...manifest, devDependencies: { spec: "workspace:^" } });
    await changeset("spec", "major", "It is another now.");
    expect(await versions()).toEqual({ spec: "2.0.0", cli: "1.0.1" });
    await changeset("core", "major", "It is another now.");
    expect(await versions()).toMatchObject({ core: "2.0.0", cli: "2.0.0" });
  });

  it("releases for the first time what the manifest states", async () => {
    await changeset("core", "minor", "First release.");
    expect(await versions()).toEqual({ core: "1.0.0" });
  });

  it("writes peers as a range of a major, whatever core's minor is, and says why in the changelog", async () => {
    await released();
    await changeset("core", "major", "It is another now. Much is.");
    await changeset("builder", "patch", "Mended.");
    const { plan, packages, config } = await workspacePlan(root);
    const builder = plan.releases.find(({ name }) => name === "builder");
    expect(builder && reasonsOf(builder, plan)).toEqual(["Mended.", "Needs the new major version of core."]);
    await applyReleasePlan(plan, packages, config, undefined, WORKSPACE);
    const manifest = JSON.parse(await readFile(join(root, "packages/builder/package.json"), "utf8"));
    expect(manifest).toMatchObject({ version: "2.0.0", peerDependencies: { core: "workspace:^2.0.0" } });
    expect(await readFile(join(root, "packages/builder/CHANGELOG.md"), "utf8")).toMatch(
      /## 2\.0\.0\n\n### Major Changes\n\n- Needs the new major version of core\./,
    );
    expect(existsSync(join(root, ".changeset/core-major.md"))).toBe(false);

    await changeset("core", "minor", "More.");
    const next = await workspacePlan(root);
    await applyReleasePlan(next.plan, next.packages, next.config, undefined, WORKSPACE);
    const after = JSON.parse(await readFile(join(root, "packages/builder/package.json"), "utf8"));
    expect(after).toMatchObject({ version: "2.0.0", peerDependencies: { core: "workspace:^2.0.0" } });
  });
});

describe("changes without a changeset", () => {
  const names = new Map([
    ["packages/core", "@imagespec/core"],
    ["packages/cli", "@imagespec/cli"],
  ]);
  const text = '---\n"@imagespec/core": patch\n---\n\nMended.\n';

  it.each([
    ["a changed source", ["packages/core/src/a.ts"], [], ["@imagespec/core"]],
    ["a changed manifest", ["packages/cli/package.json"], [text], ["@imagespec/cli"]],
    ["named ones", ["packages/core/src/a.ts"], [text], []],
    ["tests and fixtures", ["packages/core/src/a.test.ts", "packages/core/src/fixtures/a.ts"], [], []],
    ["what is not published", ["docs/index.md", "tests/a.ts"], [], []],
    ["a release", ["packages/core/package.json", "packages/core/CHANGELOG.md"], [], []],
  ])("%s", (_, changed, changesets, missing) => {
    expect(missingChangesets(changed, changesets, names)).toEqual(missing);
  });
});
