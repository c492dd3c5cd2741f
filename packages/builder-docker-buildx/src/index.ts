export { DockerBuildxBuilder } from "./docker-buildx-builder.ts";
export { type DockerBuildxOptions, dockerBuildxOptions } from "./options/options.ts";
