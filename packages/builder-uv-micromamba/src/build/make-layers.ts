import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import type { BuiltLayer } from "../layer/layer-source.ts";
import type { BuildContext } from "./build-context.ts";
import type { PlatformImage } from "./platform-image.ts";

/** Makes the layers the cache lacks, a few at a time; platforms share those that don't differ. In the order of the images. */
export async function makeLayers(context: BuildContext, images: readonly PlatformImage[]): Promise<BuiltLayer[][]> {
  const limit = pLimit(Math.min(availableParallelism(), 4));
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const tasks = images.map((image) =>
    image.layers.map((source) =>
      limit(async () => {
        signal.throwIfAborted();
        const { emit } = context.request;
        const found = await context.layers.find(source);
        if (found !== undefined) {
          emit({ type: "step", name: source.title, status: "cached" });
          return found;
        }
        emit({ type: "step", name: source.title, status: "started" });
        const start = performance.now();
        try {
          const built = await context.layers.make(source, signal);
          emit({ type: "step", name: source.title, status: "done", seconds: (performance.now() - start) / 1000 });
          return built;
        } catch (error) {
          emit({ type: "step", name: source.title, status: "failed" });
          throw error;
        }
      }),
    ),
  );
  try {
    return await Promise.all(tasks.map((layers) => Promise.all(layers)));
  } catch (error) {
    // The others are ended and waited for: nothing of this build goes on after it failed.
    failed.abort(error);
    await Promise.allSettled(tasks.flat());
    throw error;
  }
}
