import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  type Probe,
  type Unsupported,
  withScratchFolder,
} from "@imagespec/core/builder";
import { contextFiles, renderDockerfile, secretTexts, sourceDateEpoch } from "@imagespec/dockerfile";
import { dockerConfigEnvironment } from "./docker/docker-config.ts";
import { type DockerWay, findDockerWay } from "./docker/docker-way.ts";
import { probeDocker } from "./docker/probe-docker.ts";
import { buildInputs } from "./inputs/build-inputs.ts";
import { passingBaseName } from "./inputs/oci-base.ts";
import { type DockerBuildxOptions, dockerBuildxOptions } from "./options/options.ts";
import { checkWay, unsupportedEverywhere } from "./options/unsupported.ts";
import type { BuildJob } from "./run/build-job.ts";
import { runJob } from "./run/run-job.ts";
import { packageVersion } from "./version.ts";

/**
 * Builds with docker: `docker buildx build` with the plug-in, else `docker build` and `docker push`. The context goes
 * to docker as a stream; nothing of it is laid into a folder.
 */
export class DockerBuildxBuilder extends ImageSpecBuilder<DockerBuildxOptions> {
  readonly builderType = "docker-buildx";
  override readonly optionsSchema = dockerBuildxOptions;

  override supports(request: BuildRequest): Unsupported[] {
    return unsupportedEverywhere(request);
  }

  override probe(request: BuildRequest<DockerBuildxOptions>): Promise<Probe> {
    return probeDocker(request.options, process.env);
  }

  override async buildImage(request: BuildRequest<DockerBuildxOptions>): Promise<BuildResult> {
    const { options } = request;
    return withScratchFolder("docker", async (scratch) => {
      const configFile = request.credentials.configFile;
      const config = configFile === undefined ? {} : await dockerConfigEnvironment(configFile, scratch, process.env);
      const way = await findDockerWay({ env: config, signal: request.signal }, options.builder);
      checkWay(way, request, options);
      return runJob(await prepare(request, way, scratch, config), way, request);
    });
  }
}

async function prepare(
  request: BuildRequest<DockerBuildxOptions>,
  way: DockerWay,
  scratch: string,
  config: Record<string, string>,
): Promise<BuildJob> {
  const { options } = request;
  const inputs = await buildInputs(request, options, process.env);
  const { plan, files, mirrors } = request;
  const { text, instructions } = renderDockerfile(plan, {
    dialect: "buildkit",
    builder: `docker-buildx@${packageVersion()}`,
    files,
    mirrors,
    layoutBase: loadsLayouts(way) ? passingBaseName(scratch) : undefined,
  });
  return {
    reference: request.target.reference,
    platforms: request.target.platforms,
    options,
    inputs,
    plan,
    instructions,
    entries: contextFiles(plan, text, files),
    mtime: sourceDateEpoch(process.env),
    env: { ...config, ...inputs.arguments, DOCKER_CLI_HINTS: "false", BUILDX_GIT_INFO: "false" },
    secrets: await secretTexts(Object.values(request.secrets)),
    scratch,
    signal: request.signal,
    emit: request.emit,
  };
}

/** Whether a layout is loaded into the engine as the base; a BuildKit of its own gets it by a named context. */
function loadsLayouts(way: DockerWay): boolean {
  return way.kind !== "buildx" || way.driver === "docker";
}
