import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NAME = "@example/imagespec-builder-export";

let project: string;
beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "custom-builder-")));
  await mkdir(join(project, "node_modules/@example"), { recursive: true });
  await symlink(join(ROOT, "examples/custom-builder"), join(project, "node_modules", NAME));
  await writeFile(join(project, "package.json"), JSON.stringify({ dependencies: { [NAME]: "^1" } }));
  await mkdir(join(project, "src"));
  await writeFile(join(project, "src/main.py"), "print('hello')\n");
  await writeFile(
    join(project, "imagespec.json"),
    JSON.stringify({
      name: "app",
      platform: "linux/amd64",
      base_image: "base:1",
      source_root: "src",
      builder: "export",
    }),
  );
});
afterEach(() => rm(project, { recursive: true }));

async function imagespec(...args: string[]) {
  const cache = join(project, ".cache");
  const mirrors = { IMAGESPEC_REGISTRY_MIRRORS: "" };
  const env = { ...process.env, ...mirrors, IMAGESPEC_CACHE_DIR: cache, DOCKER_HOST: "unix:///nowhere.sock" };
  const main = join(ROOT, "packages/cli/dist/main.js");
  return promisify(execFile)(process.execPath, [main, ...args], { cwd: project, env });
}

test("somebody else's builder is found as a dependency, and builds", async () => {
  expect((await imagespec("builders")).stdout).toContain(`export\t1\t${NAME} 1.0.0`);
  const tag = (await imagespec("tag")).stdout.trim();
  expect((await imagespec("build")).stdout).toBe(`app:${tag}\n`);
  const context = join(project, "image-context");
  expect((await readdir(context)).sort()).toEqual(["Dockerfile", "source"]);
  expect(await readFile(join(context, "source/main.py"), "utf8")).toBe("print('hello')\n");
  expect(await readFile(join(context, "Dockerfile"), "utf8")).toMatch(/^FROM base:1$/m);
});

test("its options and refusals are told like those of any builder", async () => {
  const options = imagespec("build", "--builder-option", "dir=x");
  await expect(options).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/E_OPTIONS.*"export".*dir/) });
  const output = imagespec("build", "--output", "oci:out");
  await expect(output).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/E_UNSUPPORTED.*output/) });
  expect(await readdir(project)).not.toContain("image-context");
});
