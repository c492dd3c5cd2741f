import { join } from "node:path";
import { ImageSpecError, type ProcessEnvironment } from "@imagespec/registry/terms";
import type { ImageSpecBuilder } from "../builder/builder.ts";
import {
  type BuilderCandidate,
  byPriority,
  DEFAULT_PRIORITY,
  type Discovery,
  loadedCandidate,
} from "../discovery/candidate.ts";
import type { DiscoveryOptions } from "../discovery/discover-builders.ts";
import { FIRST_PARTY_BUILDERS } from "../discovery/first-party.ts";
import { isBuilder } from "../discovery/import-builder.ts";
import { hintForLeftOut } from "../discovery/left-out.ts";
import { spellingHint } from "../spec/parameter-names.ts";

export interface BuilderRegistryOptions {
  /** Folders whose projects' dependencies are looked through; none: only what is registered or in `plugins`. */
  starts: () => readonly string[];
  /** Package names, paths (from the first start) or builders, as in `plugins` of imagespec.config.*. */
  plugins: readonly unknown[];
  discover: boolean;
  env: () => ProcessEnvironment;
}

/** A builder that an engine knows. */
export interface KnownBuilder {
  /** Undefined for one that was found among the project's dependencies and has not been imported yet. */
  builder: ImageSpecBuilder | undefined;
  priority: number;
}

type RegisteredBuilder = { builder: ImageSpecBuilder; priority: number };

/** The builders one engine knows: registered in code first, then those found. */
export class BuilderRegistry {
  readonly #options: BuilderRegistryOptions;
  readonly #registered = new Map<string, RegisteredBuilder>();
  readonly #imported = new Map<string, KnownBuilder>();
  readonly #found = new Map<string, KnownBuilder>();
  /** By what was asked: a project's images may name builders of several packages, in turn. */
  readonly #discoveries = new Map<string, Promise<Discovery>>();

  constructor(options: BuilderRegistryOptions) {
    this.#options = options;
  }

  /** @throws ImageSpecError E_BUILDER_LOAD when the object is not a builder. */
  register(type: string, builder: ImageSpecBuilder, priority: number = DEFAULT_PRIORITY): void {
    if (!isBuilder(builder) || typeof builder.buildImage !== "function" || type === "" || !Number.isFinite(priority)) {
      const message = `"${type}" cannot be registered: it is not a builder with a priority`;
      const hint = "Pass an instance of a class that extends ImageSpecBuilder.";
      throw new ImageSpecError("E_BUILDER_LOAD", message, { hint });
    }
    this.#registered.set(type, { builder, priority });
  }

  /** What was registered in code, and what was found, by type. */
  known(): Map<string, KnownBuilder> {
    return new Map([...this.#found, ...this.#imported, ...this.#registered]);
  }

  /**
   * Every builder known, in the order in which they are asked, and what is wrong with others. With `list` modules named
   * by their path do not run: their path stands for the type. With `only`, of the builders that dependencies
   * bring, those of this dependency alone.
   */
  async all(modules: "import" | "list" = "import", only?: string): Promise<Discovery> {
    const found = await this.#discover(modules, only);
    for (const { type, priority, file, package: name } of found.candidates) {
      // The type of a module that is named by its path is known once the module has been imported.
      const isPath = modules === "list" && file !== undefined && name === undefined;
      if (!isPath) this.#found.set(type, { builder: undefined, priority });
    }
    const candidates = [...this.#registered].map(([type, registered]) => registeredCandidate(type, registered));
    const others = found.candidates
      .filter((candidate) => !this.#registered.has(candidate.type))
      .map((candidate) => ({ ...candidate, load: () => this.#import(candidate) }));
    return { candidates: [...candidates, ...others].sort(byPriority), diagnostics: found.diagnostics };
  }

  /**
   * The builder of that type, not imported yet.
   *
   * @throws ImageSpecError E_BUILDER_UNKNOWN when there is none, E_BUILDER_LOAD when its package is there and broken.
   */
  async named(type: string): Promise<BuilderCandidate> {
    const inCode = this.#registered.get(type);
    if (inCode !== undefined) return registeredCandidate(type, inCode);
    const ofType = (one: BuilderCandidate) => one.type === type;
    const owner = FIRST_PARTY_BUILDERS.get(type);
    // No other dependency may bring it, and a project may have hundreds. Where it is missing, the message tells of all.
    const alone = owner === undefined ? undefined : (await this.all("import", owner)).candidates.find(ofType);
    if (alone !== undefined) return alone;
    const all = await this.all();
    const { candidates, diagnostics } = all;
    const candidate = candidates.find(ofType);
    if (candidate !== undefined) return candidate;
    const broken = diagnostics.find((one) => one.type === type || one.subject === owner);
    if (broken !== undefined) {
      const { diagnosticError } = await import("../discovery/package-candidates.ts");
      throw diagnosticError(broken);
    }
    throw unknownBuilder(type, all, hintForLeftOut(this.#options.env()));
  }

  async #import({ type, priority, load }: BuilderCandidate): Promise<ImageSpecBuilder> {
    const builder = await load();
    this.#imported.set(type, { builder, priority });
    return builder;
  }

  #discover(wanted: "import" | "list", only: string | undefined): Promise<Discovery> {
    const starts = this.#options.starts();
    const dependencies = hintForLeftOut(this.#options.env()) === undefined;
    const modules = dependencies ? wanted : "leave-out";
    const key = JSON.stringify([starts, modules, only]);
    const found = this.#discoveries.get(key) ?? this.#find({ starts, dependencies, only, modules });
    this.#discoveries.set(key, found);
    return found;
  }

  async #find(options: DiscoveryOptions): Promise<Discovery> {
    const file = join(options.starts[0] ?? ".", "plugins");
    const { readPlugins } = await import("../discovery/plugins-config.ts");
    const origin = "the engine's plugins";
    const named = await readPlugins(this.#options.plugins, { file, origin, modules: options.modules });
    if (!this.#options.discover) return named;
    const { discoverBuilders } = await import("../discovery/discover-builders.ts");
    const found = await discoverBuilders(options);
    const taken = new Set(named.candidates.map((candidate) => candidate.type));
    return {
      candidates: [...named.candidates, ...found.candidates.filter((candidate) => !taken.has(candidate.type))],
      diagnostics: [...named.diagnostics, ...found.diagnostics],
    };
  }
}

function registeredCandidate(type: string, { builder, priority }: RegisteredBuilder): BuilderCandidate {
  return { ...loadedCandidate(builder, priority, "registered in code"), type };
}

function unknownBuilder(type: string, { candidates: known, diagnostics }: Discovery, hint: string | undefined) {
  const list = known.map((one) => one.type).join(", ") || "none";
  const broken = diagnostics.map((one) => `\n  - ${one.subject}: ${one.message}`).join("");
  const owner = FIRST_PARTY_BUILDERS.get(type);
  const names = [...known.map((one) => one.type), ...FIRST_PARTY_BUILDERS.keys()];
  const register = "Install its package as a dependency of the project, or register it in code.";
  const installHint =
    owner === undefined ? spellingHint(type, names, register) : `Install it: \`npm install ${owner}\`.`;
  return new ImageSpecError("E_BUILDER_UNKNOWN", `Builder "${type}" is not installed. Installed: ${list}.${broken}`, {
    hint: hint ?? installHint,
    details: { builder: type, installed: known.map((one) => one.type) },
  });
}
