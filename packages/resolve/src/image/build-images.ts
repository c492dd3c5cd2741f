import {
  type BuildEvent,
  type BuildOptions,
  type BuildOutcome,
  type ImageBuildEngine,
  type ImageSpec,
  pinnedReference,
} from "@imagespec/core";
import pLimit from "p-limit";

/** How the images are built: as for one image, but without an output of their own. */
export type ResolveBuildOptions = Pick<BuildOptions, "builder" | "builderOptions" | "platform" | "force" | "onUnknown">;

export interface BuildImagesOptions {
  engine: ImageBuildEngine;
  build: ResolveBuildOptions;
  /** How many are seen to at the same time. */
  concurrency: number;
  signal: AbortSignal;
  onEvent: ((event: BuildEvent) => void) | undefined;
}

/** An image that is there now. */
export interface BuiltImage {
  /** `NAME:TAG@sha256:...`; `NAME:TAG` where no registry holds it. */
  reference: string;
  outcome: BuildOutcome;
}

/**
 * Sees to the images side by side. The first failure cancels the others and is thrown once they have ended.
 *
 * @throws what a build throws, after `placed` was asked for its error.
 */
export async function buildImages(
  images: readonly { spec: ImageSpec; placed(error: unknown): unknown }[],
  { engine, build, concurrency, signal, onEvent }: BuildImagesOptions,
): Promise<BuiltImage[]> {
  const limit = pLimit(concurrency);
  const stop = new AbortController();
  let failure: { error: unknown } | undefined;
  const either = AbortSignal.any([signal, stop.signal]);
  const built = await Promise.all(
    images.map(({ spec, placed }) =>
      limit(async () => {
        if (failure !== undefined) return undefined;
        try {
          const outcome = await engine.build(spec, { ...build, signal: either, onEvent });
          return { reference: pinnedReference(outcome), outcome };
        } catch (error) {
          failure ??= { error: placed(error) };
          stop.abort();
          return undefined;
        }
      }),
    ),
  );
  if (failure !== undefined) throw failure.error;
  return built.filter((one) => one !== undefined);
}
