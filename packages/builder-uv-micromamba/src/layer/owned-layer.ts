import type { LayerSource } from "./layer-source.ts";

/** The owner of files, as numbers. */
export interface Owner {
  uid: number;
  gid: number;
}

/** The same layer with everything in it owned by one user. */
export function ownedLayer(layer: LayerSource, { uid, gid }: Owner): LayerSource {
  return {
    ...layer,
    key: { owner: { uid, gid }, layer: layer.key },
    async *entries(signal) {
      for await (const entry of layer.entries(signal)) yield { ...entry, uid, gid };
    },
  };
}
