import { ImageSpec } from "@imagespec/core";
import {
  type BaseImage,
  type BuildPlan,
  type BuildRequest,
  type BuildTarget,
  type PlanSteps,
  RUNTIME_USER,
} from "@imagespec/core/builder";

/** What a plan differs in from that of an image without content, on `debian:12`, for linux/amd64. */
export type PlanOverrides = Partial<Omit<BuildPlan, "base" | "steps">> & {
  /** An image reference, or a base as the plan has it. */
  base?: string | BaseImage | undefined;
  steps?: Partial<PlanSteps> | undefined;
};

/** A plan for tests: the overrides, and for the rest an image `registry.example/train:abc` without content. */
export function buildPlan({ base = "debian:12", steps, ...overrides }: PlanOverrides = {}): BuildPlan {
  return {
    apiVersion: 1,
    recipe: 1,
    reference: "registry.example/train:abc",
    platforms: ["linux/amd64"],
    ...overrides,
    base: { ...(typeof base === "string" ? { kind: "reference", reference: base } : base), given: true },
    steps: {
      ...steps,
      user: RUNTIME_USER,
      labels: { labels: { "dev.imagespec.id": "xyz", "org.opencontainers.image.title": "train" } },
      id: { variable: "_F_IMG_ID", value: "xyz" },
    },
  };
}

/** What a request differs in from one that pushes the image of {@link buildPlan}. */
export type RequestOverrides<Options> = Partial<Omit<BuildRequest<Options>, "plan" | "target">> & {
  plan?: PlanOverrides | undefined;
  target?: Partial<BuildTarget> | undefined;
};

/**
 * A request for tests of builders: the overrides, and for the rest one that pushes an image without content, with no
 * credentials, secrets or mirrors. The target follows the plan.
 *
 * @example builder.supports(buildRequest({ options: {}, plan: { steps: { apt: { packages: ["git"] } } } }))
 */
export function buildRequest<Options = unknown>(overrides: RequestOverrides<Options> = {}): BuildRequest<Options> {
  const { target, ...rest } = overrides;
  const plan = buildPlan(overrides.plan);
  return {
    spec: new ImageSpec({ name: "train", registry: "registry.example" }),
    options: {} as Options,
    secrets: {},
    credentials: { configFile: undefined, get: async () => undefined },
    mirrors: {},
    files: [],
    force: false,
    signal: new AbortController().signal,
    emit: () => undefined,
    ...rest,
    plan,
    target: { reference: plan.reference, platforms: plan.platforms, push: true, ...target },
  };
}
