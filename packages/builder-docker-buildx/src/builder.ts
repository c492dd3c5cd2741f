import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  lazySchema,
  type Probe,
  type Unsupported,
} from "@imagespec/core/builder";
import type { DockerClient } from "./docker-client.ts";
import type { DockerBuildxOptions } from "./options.ts";
import { probe } from "./probe.ts";
import { supports } from "./supports.ts";

/** Build arguments reach every step: they can change what is in the image. */
const CONTENT_OPTIONS = ["buildArgs"];

/**
 * Builds with docker: `docker buildx build` with the plug-in, else `docker build` or the engine's API, and
 * `docker push`. The context goes to docker as a stream and is never copied to a folder.
 */
export class DockerBuildxBuilder extends ImageSpecBuilder<DockerBuildxOptions> {
  readonly builderType = "docker-buildx";
  override readonly contentOptions = CONTENT_OPTIONS;
  override readonly optionsSchema = lazySchema(async () => (await import("./options.ts")).dockerBuildxOptions);

  /** By the builder of buildx that was asked about: what a probe found, for the build that follows it. */
  readonly #probed = new Map<string | undefined, DockerClient>();

  override supports(request: BuildRequest<DockerBuildxOptions>): Unsupported[] {
    return supports(request);
  }

  override probe({ options }: BuildRequest<DockerBuildxOptions>): Promise<Probe> {
    return probe(options, process.env, (client) => this.#probed.set(options.builder, client));
  }

  override async buildImage(request: BuildRequest<DockerBuildxOptions>): Promise<BuildResult> {
    // An image that exists is found without what builds it.
    const { build } = await import("./build.ts");
    const probed = this.#probed.get(request.options.builder);
    // Another build may come much later, of which there is a probe of its own.
    this.#probed.delete(request.options.builder);
    return build(request, probed);
  }
}

/** Makes the builder; what imagespec imports once it has found this package. */
export default (): DockerBuildxBuilder => new DockerBuildxBuilder();
