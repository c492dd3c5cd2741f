export { DockerBuildxBuilder } from "./builder.ts";
export { type DockerBuildxOptions, dockerBuildxOptions } from "./options.ts";
