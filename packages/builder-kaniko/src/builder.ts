import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  lazySchema,
  type Probe,
  type Unsupported,
} from "@imagespec/core/builder";
import { JobSlots } from "./kubernetes/job-slots.ts";
import type { KanikoOptions } from "./options.ts";
import { Prober } from "./probe.ts";
import { supports } from "./supports.ts";

/** What decides which files a step's layer holds, or what kaniko does at all: it can change what is in the image. */
const CONTENT_OPTIONS = ["snapshotMode", "extraArgs"];

/** Builds with kaniko's executor: in a container, as a Kubernetes Job, or in the container this process runs in. */
export class KanikoBuilder extends ImageSpecBuilder<KanikoOptions> {
  readonly builderType = "kaniko";
  override readonly contentOptions = CONTENT_OPTIONS;
  override readonly optionsSchema = lazySchema(async () => (await import("./options.ts")).kanikoOptions);
  readonly #slots = new JobSlots();
  readonly #prober = new Prober();

  override supports(request: BuildRequest<KanikoOptions>): Unsupported[] {
    return supports(request);
  }

  override probe(request: BuildRequest<KanikoOptions>): Promise<Probe> {
    return this.#prober.probe(request.options);
  }

  override async buildImage(request: BuildRequest<KanikoOptions>): Promise<BuildResult> {
    // An image that exists is found without what builds it.
    const { build } = await import("./build.ts");
    return build(request, this.#slots);
  }
}

/** Makes the builder; what imagespec imports once it has found this package. */
export default (): KanikoBuilder => new KanikoBuilder();
