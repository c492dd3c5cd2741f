import type { BuildPlan } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { kanikoOptions } from "../options.ts";
import { cacheRepository, type ExecutorRun, executorArguments } from "./arguments.ts";
import { registryAccess } from "./registry-access.ts";

const commands = { commands: ["true"], uvImage: "ghcr.io/astral-sh/uv:1" };

interface Given {
  options?: object;
  mirrors?: Record<string, string>;
  plan?: BuildPlan;
  run?: Partial<ExecutorRun>;
}

function argumentsOf(given: Given): string[] {
  const options = kanikoOptions.parse(given.options ?? {});
  const built = given.plan ?? buildPlan({ base: "python:3.12" });
  const run: ExecutorRun = {
    platform: "linux/arm64",
    context: "tar://stdin",
    dockerfile: "Dockerfile",
    output: { kind: "layout", path: "/kaniko/out" },
    buildArguments: [],
    access: registryAccess(built, options, given.mirrors ?? {}),
    repository: "r.example/x",
    ...given.run,
  };
  return executorArguments(built, options, run);
}

describe("executorArguments", () => {
  it("writes a layout, pushes nothing, and never forces", () => {
    const args = argumentsOf({});
    expect(args).toEqual([
      "--context=tar://stdin",
      "--dockerfile=Dockerfile",
      "--custom-platform=linux/arm64",
      "--log-format=json",
      "--verbosity=info",
      "--snapshot-mode=full",
      "--image-download-retry=3",
      "--image-fs-extract-retry=3",
      "--no-push",
      "--oci-layout-path=/kaniko/out",
      "--no-push-cache",
    ]);
  });

  it.each<[string, Given, string[]]>([
    [
      "pushing by itself",
      {
        run: { output: { kind: "push", destination: "r.example/x:t_linux_arm64", digestFile: "/dev/termination-log" } },
      },
      ["--destination=r.example/x:t_linux_arm64", "--digest-file=/dev/termination-log", "--push-retry=3"],
    ],
    ["commands", { plan: buildPlan({ steps: { commands } }) }, ["--single-snapshot"]],
    ["reproducible", { options: { reproducible: true } }, ["--reproducible"]],
    ["compression", { options: { compression: "zstd" } }, ["--compression=zstd"]],
    ["snapshots", { options: { snapshotMode: "redo" } }, ["--snapshot-mode=redo"]],
    ["retries", { options: { retries: 0 } }, ["--image-download-retry=0"]],
    [
      "a cache by default",
      { options: { cache: true } },
      ["--cache=true", "--cache-repo=r.example/x-cache-linux-arm64"],
    ],
    [
      "a cache of one's own",
      { options: { cache: true, cacheRepo: "r.example/c", cacheTtl: 60 } },
      ["--cache-repo=r.example/c-linux-arm64", "--cache-ttl=60s"],
    ],
    ["a mirror", { mirrors: { "docker.io": "m.example/hub" } }, ["--registry-map=index.docker.io=m.example/hub"]],
    [
      "mirrors of Docker Hub, in order",
      { options: { registryMirrors: ["a.example", "b.example"] } },
      ["--registry-map=index.docker.io=a.example", "--registry-map=index.docker.io=b.example"],
    ],
    ["a loopback registry", { mirrors: { "docker.io": "localhost:5000" } }, ["--insecure-registry=localhost:5000"]],
    [
      "an insecure registry",
      { options: { insecure: ["in.example:80", "other.example"] }, plan: buildPlan({ base: "in.example:80/x:1" }) },
      ["--insecure-registry=in.example:80"],
    ],
    [
      "an unchecked registry",
      { options: { skipTlsVerify: ["docker.io"] } },
      ["--skip-tls-verify-registry=index.docker.io"],
    ],
    ["build arguments, by name alone", { run: { buildArguments: ["HTTP_PROXY"] } }, ["--build-arg=HTTP_PROXY"]],
    ["more", { options: { extraArgs: ["--use-new-run"] } }, ["--use-new-run"]],
  ])("%s", (_name, given, expected) => {
    expect(argumentsOf(given)).toEqual(expect.arrayContaining(expected));
  });

  it("says nothing of registries that the build does not talk to", () => {
    const args = argumentsOf({ mirrors: { "ghcr.io": "localhost:5000" }, options: { insecure: ["other.example"] } });
    expect(args.filter((argument) => /registry/.test(argument))).toEqual([]);
  });
});

describe("cacheRepository", () => {
  it("differs by platform, for kaniko's keys do not", () => {
    const options = kanikoOptions.parse({ cache: true, cacheRepo: "r.example/c" });
    const names = ["linux/amd64", "linux/arm64"].map((platform) => cacheRepository(options, undefined, platform));
    expect(new Set(names).size).toBe(2);
    expect(cacheRepository(kanikoOptions.parse({}), "r.example/x", "linux/amd64")).toBeUndefined();
  });
});
