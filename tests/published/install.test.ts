import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { emptyProject, MANAGERS, type Manager } from "./support/project.ts";

const PACKAGES = ["@imagespec/core@1.0.0", "@imagespec/cli@1.0.0", "@imagespec/builder-uv-micromamba@1.0.0"];
const { registry, images } = inject("services");
const run = randomUUID().slice(0, 8);
/** TypeScript 7 reads no zip archives, and Yarn cannot patch it to. */
const WITHOUT_FILES: ReadonlySet<Manager> = new Set(["yarn-pnp"]);

const spec = (name: string) => `name: published/${run}/${name}
registry: ${registry}
base_image: ${images.python}
packages: ["six==1.17.0"]
copy: [data.bin]
`;
const program = (name: string) => `
import { type BuildOutcome, ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { type BuildRequest, ImageSpecBuilder } from "@imagespec/core/builder";
import type builder from "@imagespec/builder-uv-micromamba/builder";

export type Theirs = typeof builder;

class Mine extends ImageSpecBuilder {
  readonly builderType = "mine";
  override async buildImage(request: BuildRequest): Promise<string> {
    return request.target.reference;
  }
}
const spec = new ImageSpec({
  name: ${JSON.stringify(`published/${run}/${name}-program`)},
  registry: ${JSON.stringify(registry)},
  baseImage: ${JSON.stringify(images.python)},
  packages: ["six==1.17.0"],
});
const outcome: BuildOutcome = await ImageBuildEngine.build(spec);
console.log(JSON.stringify({ mine: new Mine().builderType, outcome }));
`;
const CONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2023",
    module: "nodenext",
    types: ["node"],
  },
  files: ["build.ts"],
};

test.for(MANAGERS)("an empty project under %s installs by version and builds", async (manager) => {
  await using project = await emptyProject(manager);
  const added = await project.add(...PACKAGES, "@types/node@22");
  expect(added, added.stdout + added.stderr).toMatchObject({ code: 0 });
  await project.write("imagespec.yaml", spec(manager));
  await project.write("data.bin", "x".repeat(300_000));
  await project.write("build.ts", program(manager));

  const builders = await project.run("imagespec", "builders");
  expect(builders, builders.stderr).toMatchObject({ code: 0 });
  expect(builders.stdout).toMatch(/^uv-micromamba\t10\t@imagespec\/builder-uv-micromamba 1\.0\.0\t.+\n$/);
  const doctor = await project.run("imagespec", "doctor");
  expect(doctor, doctor.stderr).toMatchObject({ code: 0 });
  expect(doctor.stdout).toContain("uv-micromamba (priority 10): usable");

  const tag = await project.run("imagespec", "tag");
  expect(tag, tag.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[a-z2-7]{26}\n$/) });
  const built = await project.run("imagespec", "build");
  expect(built, built.stderr).toMatchObject({ code: 0 });
  expect(built.stdout).toMatch(
    new RegExp(`^${registry}/published/${run}/${manager}:${tag.stdout.trim()}@sha256:[0-9a-f]{64}\n$`),
  );

  const called = await project.run("node", "build.ts");
  expect(called, called.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(called.stdout)).toMatchObject({
    mine: "mine",
    outcome: { status: "built", builder: "uv-micromamba" },
  });
  if (!WITHOUT_FILES.has(manager)) expect(await typeErrors(project.path)).toBe("");
});

/** The compiler's errors for build.ts, with every library's types checked too. */
async function typeErrors(folder: string): Promise<string> {
  await writeFile(`${folder}/tsconfig.json`, JSON.stringify(CONFIG));
  const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const ran = await promisify(execFile)(process.execPath, [compiler, "-p", folder]).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return ran.stdout + ran.stderr;
}
