import { randomBytes } from "node:crypto";
import { ContainerEngine } from "@imagespec/container-engine";
import { type BuildEvent, ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import type { ContractOptions, MakeBuilder } from "./contract-options.ts";

/** Builds for the contract: an engine of its own with the one builder, and what its events said. */
export class ContractBuild {
  /** Starts what was built. */
  readonly docker: ContainerEngine;
  readonly events: BuildEvent[] = [];
  /** Part of every image's name, so that runs do not meet in the registry. */
  readonly run = randomBytes(4).toString("hex");
  readonly #make: MakeBuilder;
  readonly #options: ContractOptions;

  private constructor(make: MakeBuilder, options: ContractOptions, docker: ContainerEngine) {
    this.#make = make;
    this.#options = options;
    this.docker = docker;
  }

  static async create(make: MakeBuilder, options: ContractOptions): Promise<ContractBuild> {
    const env = { ...process.env, DOCKER_HOST: options.services.dockerHost };
    return new ContractBuild(make, options, await ContainerEngine.connect({ env }));
  }

  spec(name: string, parameters: ImageSpecParameters, root?: string): ImageSpec {
    const { registry, platform, images } = this.#options.services;
    const defaults = { name: `contract/${this.run}/${name}`, registry, platform, baseImage: images.python };
    return new ImageSpec({ ...defaults, ...parameters }, root === undefined ? {} : { root });
  }

  /** A new engine each time: nothing is remembered but by registry and caches. */
  engine(): ImageBuildEngine {
    return new ImageBuildEngine({
      builders: [this.#make()],
      discover: false,
    });
  }

  async build(spec: ImageSpec, options: { signal?: AbortSignal; force?: boolean } = {}) {
    const { builderOptions } = this.#options;
    return this.engine().build(spec, {
      ...options,
      ...(builderOptions ? { builderOptions } : {}),
      onEvent: (event) => this.events.push(event),
    });
  }

  /** Builds and has the engine pull the result. Returns the reference to start containers of. */
  async pulled(spec: ImageSpec) {
    const outcome = await this.build(spec);
    if (outcome.reference === undefined) throw new Error(`nothing was built: ${JSON.stringify(outcome)}`);
    await this.docker.pullImage(outcome.reference);
    return { outcome, image: outcome.reference };
  }
}
