import makeBuilder from "@imagespec/builder-docker-buildx/builder";
import { runTool } from "@imagespec/core/builder";
import { ContractBuild, runContainer } from "@imagespec/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureBuildkitd } from "../../scripts/services/buildkitd.ts";
import { contractServices } from "../support/contract-services.ts";
import { dockerBuilds } from "../support/docker-builds.ts";

const { services } = await dockerBuilds();
const builder = `imagespec-e2e-${process.pid}`;
const builds = await ContractBuild.create(makeBuilder, {
  services: contractServices(services),
  // The daemon of the services gives build steps the host's network anyway.
  builderOptions: { builder },
});
const BOTH = "linux/amd64,linux/arm64";
const baseImage = await ensureArm64();
const { address } = await ensureBuildkitd();

beforeAll(async () => {
  await runTool("docker", ["buildx", "create", "--name", builder, "--driver", "remote", address]);
});
afterAll(() => runTool("docker", ["buildx", "rm", builder], { allowFailure: true }));

test("platform: two platforms by buildx and a remote BuildKit make one index, and both run", async () => {
  const spec = builds.spec("platforms", {
    baseImage,
    platform: BOTH,
    commands: ["python3 -c 'import platform; print(platform.machine())' > /machine"],
  });
  const outcome = await builds.build(spec);
  expect(outcome).toMatchObject({ status: "built", platforms: ["linux/amd64", "linux/arm64"] });
  expect((await builds.build(spec)).status).toBe("reused");
  for (const [platform, machine] of [
    ["linux/amd64", "x86_64"],
    ["linux/arm64", "aarch64"],
  ]) {
    const { stdout } = await runTool("crane", [
      "digest",
      "--insecure",
      "--platform",
      `${platform}`,
      outcome.reference ?? "",
    ]);
    const image = `${outcome.reference?.replace(/:[^:/]+$/, "")}@${stdout.trim()}`;
    await runTool("docker", ["pull", "--platform", `${platform}`, image]);
    const ran = await runContainer(builds.docker, image, { entrypoint: ["cat"], cmd: ["/machine"] });
    expect(ran).toMatchObject({ exitCode: 0, stdout: `${machine}\n` });
  }
});

test("platform: a tag that lacks one of two platforms is rebuilt, and then holds both", async () => {
  const spec = builds.spec("grown", { baseImage, platform: BOTH, env: { A: "1" } });
  // The tag for both with only one of them in it, as an earlier push may have left it.
  await runTool("crane", ["copy", "--insecure", "--platform", "linux/amd64", baseImage, await spec.imageName()]);
  const outcome = await builds.build(spec);
  expect(outcome.status).toBe("built");
  expect(outcome.reasons?.join(" ")).toContain("linux/arm64");
  expect(await builds.build(spec)).toMatchObject({ status: "reused", digest: outcome.digest });
});
