import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  type PlanSteps,
  type Probe,
  type Unsupported,
} from "@imagespec/core/builder";

/** What one mutant does otherwise than the honest builder it is made of. */
export interface Mutation {
  builderType?: string;
  /** Changes what the honest builder is asked for. */
  asks?(request: BuildRequest): BuildRequest;
  /** Does more, less or something else than to let the honest builder build. */
  builds?(request: BuildRequest, honest: (request: BuildRequest) => Promise<BuildResult>): Promise<BuildResult>;
  supports?(): Unsupported[];
  shouldBuild?(): boolean;
}

/** An honest builder but for one mutation. */
export class MutantBuilder extends ImageSpecBuilder {
  readonly builderType: string;
  declare readonly optionsSchema: NonNullable<ImageSpecBuilder["optionsSchema"]>;
  readonly #honest: ImageSpecBuilder;
  readonly #mutation: Mutation;

  constructor(honest: ImageSpecBuilder, mutation: Mutation) {
    super();
    this.#honest = honest;
    this.#mutation = mutation;
    this.builderType = mutation.builderType ?? honest.builderType;
    if (honest.optionsSchema !== undefined) this.optionsSchema = honest.optionsSchema;
  }

  override supports(request: BuildRequest): Unsupported[] {
    return this.#mutation.supports?.() ?? this.#honest.supports(request);
  }

  // The honest builder's probe has a second or two, which a machine with many tests may not give it.
  override async probe(): Promise<Probe> {
    return { usable: true };
  }

  override async shouldBuild(...asked: Parameters<ImageSpecBuilder["shouldBuild"]>): Promise<boolean> {
    return this.#mutation.shouldBuild?.() ?? this.#honest.shouldBuild(...asked);
  }

  override async buildImage(request: BuildRequest): Promise<BuildResult> {
    const { asks = (same) => same, builds = (same, honest) => honest(same) } = this.#mutation;
    const honest = async (changed: BuildRequest) => {
      const result = await this.#honest.buildImage(changed);
      return typeof result === "object" ? result : { reference: result ?? changed.target.reference };
    };
    return builds(asks(request), honest);
  }
}

/** The steps of a plan that installs packages, with a command besides. */
export function withCommand({ environment }: PlanSteps, command: string): Partial<PlanSteps> {
  return environment === undefined ? {} : { commands: { commands: [command], uvImage: environment.uvImage } };
}

/** A mutation that changes steps of the plan; an undefined one is left out. */
export function plans(change: (steps: PlanSteps, request: BuildRequest) => Partial<PlanSteps>): Mutation {
  return {
    asks: (request) => {
      const { plan } = request;
      return { ...request, plan: { ...plan, steps: { ...plan.steps, ...change(plan.steps, request) } } };
    },
  };
}
