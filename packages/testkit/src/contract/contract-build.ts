import { randomBytes } from "node:crypto";
import { ContainerEngine } from "@imagespec/container-engine";
import {
  type BuildEvent,
  type BuildOptions,
  ImageBuildEngine,
  ImageSpec,
  type ImageSpecParameters,
} from "@imagespec/core";
import type { ContractOptions, MakeBuilder } from "./contract-options.ts";
import { deleteImage } from "./manifest-head.ts";
import { observeBuilder } from "./observe-builder.ts";

/** A build's options, and a listener for the events of the builder itself, without those of its engine. */
export type ContractBuildOptions = BuildOptions & { onBuilderEvent?: ((event: BuildEvent) => void) | undefined };

/** Builds for the contract: an engine of its own with the one builder, and what its events said. */
export class ContractBuild {
  /** Starts what was built. */
  readonly docker: ContainerEngine;
  readonly events: BuildEvent[] = [];
  /** Part of every image's name, so that runs do not meet in the registry. */
  readonly run = randomBytes(4).toString("hex");
  readonly #make: MakeBuilder;
  readonly #options: ContractOptions;
  /** Every reference that a build was asked for, and every one that was pulled. */
  readonly #asked = new Set<string>();
  readonly #pulled = new Set<string>();

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
    const { services, builderConfig } = this.#options;
    const { registry, platform, images } = services;
    const defaults = {
      name: `contract/${this.run}/${name}`,
      registry,
      platform,
      baseImage: images.python,
      ...(builderConfig === undefined ? {} : { builderConfig: { ...builderConfig } }),
    };
    return new ImageSpec({ ...defaults, ...parameters }, root === undefined ? {} : { root });
  }

  /** A new engine each time: nothing is remembered but by registry and caches. */
  engine(onBuilderEvent: (event: BuildEvent) => void = () => undefined): ImageBuildEngine {
    const builders = [observeBuilder(this.#make(), onBuilderEvent)];
    // What the engine writes beside an image is none of a builder's doing.
    return new ImageBuildEngine({ builders, discover: false, attachIdentity: false });
  }

  async build(spec: ImageSpec, { onBuilderEvent, ...options }: ContractBuildOptions = {}) {
    const { builderOptions } = this.#options;
    for (let one: unknown = spec; one instanceof ImageSpec; one = one.baseImage) {
      this.#asked.add(await one.imageName());
    }
    return this.engine(onBuilderEvent).build(spec, {
      ...(builderOptions ? { builderOptions } : {}),
      ...options,
      onEvent: (event) => {
        this.events.push(event);
        options.onEvent?.(event);
      },
    });
  }

  /** Builds and has the engine pull the result. Returns the reference to start containers of. */
  async pulled(spec: ImageSpec, options: BuildOptions = {}) {
    const outcome = await this.build(spec, options);
    if (outcome.reference === undefined) throw new Error(`nothing was built: ${JSON.stringify(outcome)}`);
    this.#pulled.add(outcome.reference);
    await this.docker.pullImage(outcome.reference);
    return { outcome, image: outcome.reference };
  }

  /** Removes what was built, from the engine and from the registry where it deletes. */
  async close(): Promise<void> {
    const removals = [...new Set([...this.#asked, ...this.#pulled])].map(async (reference) => {
      await this.docker.removeImage(reference);
      if (reference.startsWith(`${this.#options.services.registry}/`)) await deleteImage(reference);
    });
    const failed = (await Promise.allSettled(removals)).filter(({ status }) => status === "rejected");
    this.#asked.clear();
    this.#pulled.clear();
    if (failed.length > 0) {
      process.emitWarning(`${failed.length} images of the contract cannot be removed: ${JSON.stringify(failed[0])}`);
    }
  }
}
