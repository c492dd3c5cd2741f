import { DockerBuildxBuilder } from "./docker-buildx-builder.ts";

export default (): DockerBuildxBuilder => new DockerBuildxBuilder();
