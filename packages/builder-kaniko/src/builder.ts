import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  type Probe,
  type StandardSchemaV1,
  type Unsupported,
} from "@imagespec/core";
import { build } from "./build.ts";
import { JobSlots } from "./kubernetes/job-slots.ts";
import { type KanikoOptions, kanikoOptions } from "./options.ts";
import { Prober } from "./probe.ts";
import { supports } from "./supports.ts";

/** Builds with kaniko's executor: in a container, as a Kubernetes Job, or in the container this process runs in. */
export class KanikoBuilder extends ImageSpecBuilder {
  readonly builderType = "kaniko";
  override readonly optionsSchema: StandardSchemaV1 = kanikoOptions;
  readonly #slots = new JobSlots();
  readonly #prober = new Prober();

  override supports(request: BuildRequest): Unsupported[] {
    return supports(request, optionsOf(request));
  }

  override probe(request: BuildRequest): Promise<Probe> {
    return this.#prober.probe(optionsOf(request));
  }

  override buildImage(request: BuildRequest): Promise<BuildResult> {
    return build(request, optionsOf(request), this.#slots);
  }
}

/** The engine has checked them; whoever calls a builder by hand may leave them out. */
function optionsOf(request: BuildRequest): KanikoOptions {
  return kanikoOptions.parse(request.options ?? {});
}

export default (): KanikoBuilder => new KanikoBuilder();
