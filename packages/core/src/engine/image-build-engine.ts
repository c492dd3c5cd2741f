import { resolve as resolvePath } from "node:path";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import type { ImageSpecBuilder } from "../builder/builder.ts";
import { DEFAULT_PRIORITY, type Discovery } from "../discovery/candidate.ts";
import { SharedClients } from "../presence/shared-clients.ts";
import { shareRunning } from "../process/share-running.ts";
import type { BuildOptions } from "../request/build-options.ts";
import { BuilderRegistry, type KnownBuilder } from "../selection/builder-registry.ts";
import type { Spec } from "../spec/spec.ts";
import type { BuildOutcome } from "./build-outcome.ts";
import type { SeveralOptions } from "./build-several.ts";
import type { EngineHost } from "./engine-host.ts";
import type { BuilderReport } from "./examine-builders.ts";
import { SharedCalls } from "./shared-calls.ts";

/** What an engine is made with. */
export interface ImageBuildEngineOptions {
  /** Builders registered from the start; their priority is 5 unless it is given beside them. */
  builders?: readonly (ImageSpecBuilder | { builder: ImageSpecBuilder; priority: number })[];
  /** False: no package.json and no imagespec.config is read. Default true. */
  discover?: boolean;
  /** Folder or folders whose projects bring builders; by default the working directory at each call. */
  root?: string | readonly string[];
  /** Package names, paths from the root, or builders; they win over what is found. */
  plugins?: readonly unknown[];
  /**
   * False: what an image is made of is not kept beside it in its registry, where `imagespec explain` reads it. By
   * default as the project settings say, else true.
   */
  attachIdentity?: boolean;
  /** In place of process.env, for everything the engine decides by it. */
  env?: ProcessEnvironment;
  /** Where hashes of files are kept; by default $IMAGESPEC_CACHE_DIR, else as XDG says. */
  cacheDir?: string;
}

/**
 * Builds specs: only what does not exist, by whichever builder can. The static methods act on one default engine; a
 * `new` one shares nothing with it.
 */
export class ImageBuildEngine {
  static #default: ImageBuildEngine | undefined;
  readonly #host: EngineHost;

  constructor(options: ImageBuildEngineOptions = {}) {
    const env = () => options.env ?? process.env;
    const starts = () => [options.root ?? process.cwd()].flat().map((start) => resolvePath(start));
    const { plugins = [], discover = true } = options;
    const builders = new BuilderRegistry({ starts, plugins, discover, env });
    for (const entry of options.builders ?? []) {
      if ("builder" in entry) builders.register(entry.builder.builderType, entry.builder, entry.priority);
      else builders.register(entry.builderType, entry);
    }
    // Read anew for each build, but once for those that begin together.
    const settings = shareRunning(async (folders) => {
      const { projectSettings } = await import("../discovery/project-settings.ts");
      return projectSettings(JSON.parse(folders) as string[]);
    });
    this.#host = {
      builders,
      running: new SharedCalls<BuildOutcome>(),
      clients: new SharedClients(),
      known: new Map(),
      realNames: new Map(),
      cacheDir: options.cacheDir,
      attachIdentity: options.attachIdentity,
      env,
      settings: () => settings(JSON.stringify(discover ? starts() : [])),
      build: (spec, buildOptions) => this.build(spec, buildOptions),
    };
  }

  /**
   * Makes sure the spec's image exists: reuses what is there, else builds it, bases first. Concurrent calls for the
   * same tag share one build.
   *
   * @throws ImageSpecError with a code that says what is wrong: docs/errors.md.
   */
  async build(spec: Spec, options: BuildOptions = {}): Promise<BuildOutcome> {
    // Loaded at the first build, like the rest of what a program that only declares specs does not need.
    const { buildImage } = await import("./build-image.ts");
    return buildImage(this.#host, spec, options);
  }

  /**
   * Builds several specs, bases first and independent ones side by side; what is reported comes in the order of the
   * list. After a failure, builds under way are finished and no other is begun.
   *
   * @throws ImageSpecError the failure that comes first in the list.
   */
  async buildAll(specs: readonly Spec[], options: SeveralOptions = {}): Promise<BuildOutcome[]> {
    const { buildSeveral } = await import("./build-several.ts");
    return buildSeveral((spec, one) => this.build(spec, one), specs, options);
  }

  /**
   * Adds a builder under a type; one registered in code wins over one that is found. Higher priority is asked first.
   */
  register(builderType: string, builder: ImageSpecBuilder, priority = DEFAULT_PRIORITY): void {
    this.#host.builders.register(builderType, builder, priority);
  }

  /**
   * The reference that a builder of this engine returned for an image, by the one it was asked to build; else that one.
   */
  realName(reference: string): string {
    return this.#host.realNames.get(reference) ?? reference;
  }

  /**
   * The builders registered in code and, once a build or `findBuilders()` has looked for them, those found, by type.
   * One that was found has no `builder` until it is imported: looking for builders runs none of their code.
   */
  getRegistry(): Map<string, KnownBuilder> {
    return this.#host.builders.known();
  }

  /**
   * Every builder this engine would ask, in that order, none of them imported; and what is wrong with others. The type
   * of a module that `plugins` names by its path is known to the module alone: its path stands in for it, unless
   * `importModules` lets such modules run.
   */
  findBuilders({ importModules = false }: { importModules?: boolean } = {}): Promise<Discovery> {
    return this.#host.builders.all(importModules ? "import" : "list");
  }

  /** Imports every builder, or the one the options name, and asks it about this spec; builds nothing. */
  async examine(spec: Spec, options: BuildOptions = {}): Promise<BuilderReport[]> {
    const { examineBuilders } = await import("./examine-builders.ts");
    return examineBuilders(this.#host, spec, options);
  }

  static build(spec: Spec, options: BuildOptions = {}): Promise<BuildOutcome> {
    return ImageBuildEngine.#instance().build(spec, options);
  }

  static register(builderType: string, builder: ImageSpecBuilder, priority = DEFAULT_PRIORITY): void {
    ImageBuildEngine.#instance().register(builderType, builder, priority);
  }

  static realName(reference: string): string {
    return ImageBuildEngine.#default?.realName(reference) ?? reference;
  }

  static getRegistry(): Map<string, KnownBuilder> {
    return ImageBuildEngine.#instance().getRegistry();
  }

  static #instance(): ImageBuildEngine {
    ImageBuildEngine.#default ??= new ImageBuildEngine();
    return ImageBuildEngine.#default;
  }
}
