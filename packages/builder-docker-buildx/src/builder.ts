import { DockerBuildxBuilder } from "./docker-buildx-builder.ts";

/** Makes the builder; what imagespec imports once it has found this package. */
export default (): DockerBuildxBuilder => new DockerBuildxBuilder();
