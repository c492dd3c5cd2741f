import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ImageSpec } from "@imagespec/core";
import { prepareBuild, readBuildOptions } from "@imagespec/core/internal";
import { expect, test } from "vitest";
import { dockerfileOf as dockerfileOfDocker } from "../packages/builder-docker-buildx/src/build.ts";
import { dockerBuildxOptions } from "../packages/builder-docker-buildx/src/options.ts";
import { dockerfileOf as dockerfileOfKaniko } from "../packages/builder-kaniko/src/executor/inputs.ts";
import { kanikoOptions } from "../packages/builder-kaniko/src/options.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const CLI = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const parameters = {
  name: "app",
  registry: "registry.example",
  platform: "linux/amd64",
  base_image: "python:3.12-slim",
  packages: ["numpy==2.1.0"],
  source_root: "src",
  source_copy_mode: "all",
  copy: ["data"],
  commands: ["date > /built"],
  env: { GREETING: "two\nlines" },
};
const mirrors = "docker.io=mirror.example";

test.each([
  ["docker-buildx", { of: dockerfileOfDocker, options: dockerBuildxOptions.parse({}) }],
  ["kaniko", { of: dockerfileOfKaniko, options: kanikoOptions.parse({}) }],
])("render prints byte for byte what %s builds", async (builder, made) => {
  await using folder = await temporaryFolder({
    "src/train.py": "print()\n",
    "src/link.py": { link: "train.py" },
    "data/table.csv": "a,b\n",
    "imagespec.json": JSON.stringify(parameters),
  });
  const env = { IMAGESPEC_REGISTRY_MIRRORS: mirrors, IMAGESPEC_CACHE_DIR: join(folder.path, "cache") };
  const spec = ImageSpec.parse(parameters, { root: folder.path });
  const { request } = await prepareBuild(spec, readBuildOptions(spec, {}, env), {
    env,
    cacheDir: join(folder.path, "cache"),
  });
  const { text } = made.of({ ...request, options: made.options } as never);
  const printed = await promisify(execFile)(process.execPath, [CLI, "render", "--builder", builder], {
    cwd: folder.path,
    env: { ...process.env, ...env },
  });
  expect(printed.stdout).toBe(text);
  const { version } = JSON.parse(
    readFileSync(new URL(`../packages/builder-${builder}/package.json`, import.meta.url), "utf8"),
  ) as { version: string };
  expect(text).toContain(`dev.imagespec.builder="${builder}@${version}"`);
  if (builder === "kaniko") expect(text).toContain("/root/link.py");
});
