import { availableParallelism } from "node:os";
import { timedStep } from "@imagespec/core/builder";
import pLimit from "p-limit";
import type { BuiltLayer, LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "./build-session.ts";

/** Makes the layers the cache lacks, a few at a time; platforms share equal ones. Returns all of them in the order given. */
export async function makeLayers(
  session: BuildSession,
  images: readonly (readonly LayerSource[])[],
): Promise<BuiltLayer[][]> {
  const limit = pLimit(Math.min(availableParallelism(), 4));
  const failed = new AbortController();
  const signal = AbortSignal.any([session.signal, failed.signal]);
  const { emit, target } = session.request;
  const makeLayer = async (source: LayerSource, platform: string | undefined): Promise<BuiltLayer> => {
    const step = { name: source.title, platform };
    signal.throwIfAborted();
    const found = await session.layers.find(source);
    if (found !== undefined && !session.layers.made(source)) {
      emit({ type: "step", ...step, status: "cached" });
      return found;
    }
    return timedStep(emit, step, () => session.layers.make(source, signal));
  };
  const tasks = images.map((layers, index) => {
    const platform = images.length > 1 ? target.platforms[index] : undefined;
    return layers.map((source) => limit(makeLayer, source, platform));
  });
  try {
    return await Promise.all(tasks.map((layers) => Promise.all(layers)));
  } catch (error) {
    // The others are cancelled and awaited, so that no work goes on after the build has failed.
    failed.abort(error);
    await Promise.allSettled(tasks.flat());
    throw error;
  }
}
