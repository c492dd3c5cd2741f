import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildRequest } from "@imagespec/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DockerBuildxBuilder } from "./builder.ts";
import { dockerBuildxOptions } from "./options.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-builder-"));
});
afterEach(() => rm(folder, { recursive: true }));

const DOCKER = `#!/bin/sh
echo "$*" >>"$(dirname "$0")/log"
case "$*" in
--version) echo "Docker version 28.2.2" ;;
"buildx version") echo "github.com/docker/buildx v0.24.0" ;;
"buildx inspect") printf 'Driver: docker\\nStatus: running\\n' ;;
version*) echo 28.2.2 ;;
*) exit 1 ;;
esac
`;

it("asks docker what it can do once for a probe and the build that follows it, and again for a build of its own", async () => {
  await writeFile(join(folder, "docker"), DOCKER);
  await chmod(join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  vi.stubEnv("DOCKER_HOST", `unix://${folder}/none.sock`);
  const asked = async () => {
    const lines = (await readFile(join(folder, "log"), "utf8")).split("\n");
    return ["--version", "buildx version", "buildx inspect"].map((call) => lines.filter((one) => one === call).length);
  };
  const builder = new DockerBuildxBuilder();
  const options = dockerBuildxOptions.parse({});
  const request = buildRequest({ options, plan: { base: "localhost:1/none:1" }, target: { push: false } });
  expect(await builder.probe(request)).toMatchObject({ usable: true });
  await expect(builder.buildImage(request)).rejects.toMatchObject({ code: "E_BUILD" });
  expect(await asked()).toEqual([1, 1, 1]);
  await expect(builder.buildImage(request)).rejects.toMatchObject({ code: "E_BUILD" });
  expect(await asked()).toEqual([2, 2, 2]);
});
