import { availableParallelism } from "node:os";
import { timedStep } from "@imagespec/core/builder";
import { inParallel } from "../in-parallel.ts";
import type { BuiltLayer, LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "./build-session.ts";

/** Makes the layers the cache lacks, a few at a time; platforms share equal ones. Returns all of them in the order given. */
export async function makeLayers(
  session: BuildSession,
  images: readonly (readonly LayerSource[])[],
): Promise<BuiltLayer[][]> {
  const { emit, target } = session.request;
  const all = images.flatMap((layers, at) => {
    const platform = images.length > 1 ? target.platforms[at] : undefined;
    return layers.map((source) => ({ source, platform }));
  });
  const most = Math.min(availableParallelism(), 4);
  const made = await inParallel(all, { most, signal: session.signal }, async ({ source, platform }, signal) => {
    const step = { name: source.title, platform };
    const found = await session.layers.find(source);
    if (found !== undefined && !session.layers.made(source)) {
      emit({ type: "step", ...step, status: "cached" });
      return found;
    }
    return timedStep(emit, step, () => session.layers.make(source, signal));
  });
  return images.map((layers) => made.splice(0, layers.length));
}
