import { availableParallelism } from "node:os";
import { timedStep } from "@imagespec/core/builder";
import { inParallel } from "@imagespec/registry/terms";
import type { BuiltLayer, LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "./build-session.ts";

/** Layers that are looked for at a time. Asking a registry for them is mostly waiting. */
const LOOKED_FOR = 8;

/**
 * Makes the layers that the cache lacks, a few at a time; platforms share equal ones. Calls `ready` for each layer as
 * soon as it exists, and returns all of them in the given order.
 */
export async function makeLayers(
  session: BuildSession,
  images: readonly (readonly LayerSource[])[],
  ready: (layer: BuiltLayer) => void,
): Promise<BuiltLayer[][]> {
  const { layers, signal } = session;
  const { emit, target } = session.request;
  const all = images.flatMap((sources, at) => {
    const platform = images.length > 1 ? target.platforms[at] : undefined;
    return sources.map((source) => ({ source, step: { name: source.title, platform } }));
  });
  const looked = await inParallel(all, { most: LOOKED_FOR, signal }, async ({ source, step }) => {
    const found = await layers.find(source);
    if (found === undefined || layers.made(source)) return { source, step };
    emit({ type: "step", ...step, status: "cached" });
    return { source, step, found };
  });
  const most = Math.min(availableParallelism(), 4);
  const made = await inParallel(looked, { most, signal }, async ({ source, step, found }, either) => {
    // It may have been awaited of another build under way.
    const ending = () => (layers.made(source) ? "done" : "cached");
    const layer = found ?? (await timedStep(emit, step, () => layers.make(source, either), ending));
    ready(layer);
    return layer;
  });
  return images.map((sources) => made.splice(0, sources.length));
}
